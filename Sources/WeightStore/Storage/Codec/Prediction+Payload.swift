// The head of a predicted chunk's payload; docs/format-codec.md has the layout.

extension Prediction {
  /// What stands before the ids of the bases.
  private static let fixedByteCount = 16

  /// Bytes of the head.
  package var headByteCount: Int {
    let partCount = terms.reduce(0) { $0 + $1.parts.count }
    return Prediction.fixedByteCount + Digest.byteCount * baseIDs.count + 12 * (terms.count + partCount)
  }

  /// - Parameter residual: how what follows the head is coded; `nil` if nothing does.
  package func head(residual: ChunkEncoding?) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headByteCount)
    bytes += [UInt8(layout.width), UInt8(layout.exponentBitCount), residual?.rawValue ?? 0, 0]
    bytes.appendLittleEndian(UInt16(baseIDs.count))
    bytes.appendLittleEndian(UInt16(terms.count))
    bytes.appendLittleEndian(divisor.bitPattern)
    for id in baseIDs { bytes += id.bytes }
    for term in terms {
      bytes.appendLittleEndian(term.coefficient.bitPattern)
      bytes += [UInt8(term.layout.width), UInt8(term.layout.exponentBitCount)]
      bytes.appendLittleEndian(UInt16(term.parts.count))
      for part in term.parts {
        for field in [part.base, part.offset, part.byteCount] { bytes.appendLittleEndian(UInt32(field)) }
      }
    }
    return bytes
  }

  /// The bases that a payload names, without a look at the rest of it; none if it is malformed: decoding will say why.
  package static func baseIDs(in payload: [UInt8]) -> [Digest] {
    let ids = try? payload.withRawBytes { payload throws(StoreError) in
      var reader = ByteReader(payload)
      _ = try reader.bytes(4)
      let baseCount = Int(try reader.word16())
      _ = try reader.bytes(fixedByteCount - 6)
      return try baseIDs(&reader, count: baseCount)
    }
    return ids ?? []
  }

  private static func baseIDs(_ reader: inout ByteReader, count: Int) throws(StoreError) -> [Digest] {
    guard (1...maximumBaseCount).contains(count) else {
      throw StoreError(.corruptObject, "a prediction has \(count) bases; 1 to \(maximumBaseCount) are allowed")
    }
    var ids: [Digest] = []
    for _ in 0..<count { ids.append(try reader.digest()) }
    guard Set(ids).count == count, !ids.contains(.zero) else {
      throw StoreError(.corruptObject, "a prediction names a base twice, or none")
    }
    return ids
  }

  /// Reads the head of an untrusted payload. No memory of a chunk's size is taken.
  ///
  /// - Parameter rawByteCount: the length of the chunk; every term must cover it exactly.
  static func read(
    _ reader: inout ByteReader, rawByteCount: Int
  ) throws(StoreError) -> (prediction: Prediction, residual: ChunkEncoding?) {
    let layout = try ElementLayout(&reader, byteCount: rawByteCount)
    let form = try reader.byte()
    let reserved = try reader.byte()
    let residual = form == 0 ? nil : ChunkEncoding(rawValue: form)
    guard layout.isFloat, form == 0 || residual?.needsBase == true, reserved == 0 else {
      throw StoreError(
        .corruptObject, "a prediction has residual \(form), reserved \(reserved), width \(layout.width): unknown here")
    }
    let baseCount = Int(try reader.word16())
    let termCount = Int(try reader.word16())
    let divisor = try number(&reader)
    guard divisor != 0, (1...maximumTermCount).contains(termCount) else {
      throw StoreError(.corruptObject, "a prediction divides \(termCount) terms by \(divisor)")
    }
    let ids = try baseIDs(&reader, count: baseCount)
    var terms: [Term] = []
    for _ in 0..<termCount {
      terms.append(
        try term(&reader, elementCount: rawByteCount / layout.width, baseCount: ids.count))
    }
    guard Set(terms.flatMap(\.parts).map(\.base)).count == ids.count else {
      throw StoreError(.corruptObject, "a prediction names a base that it does not use")
    }
    return (Prediction(layout: layout, baseIDs: ids, terms: terms, divisor: divisor), residual)
  }

  private static func number(_ reader: inout ByteReader) throws(StoreError) -> Double {
    let value = Double(bitPattern: try reader.word64())
    guard value.isFinite else { throw StoreError(.corruptObject, "a prediction has a factor that is not finite") }
    return value
  }

  private static func term(
    _ reader: inout ByteReader, elementCount: Int, baseCount: Int
  ) throws(StoreError) -> Term {
    let coefficient = try number(&reader)
    let layout = try ElementLayout(&reader, byteCount: 0)
    let partCount = Int(try reader.word16())
    guard layout.isFloat, (1...maximumPartCount).contains(partCount) else {
      throw StoreError(
        .corruptObject, "a term of a prediction has width \(layout.width) and \(partCount) parts: unknown here")
    }
    var parts: [Part] = []
    var count = 0
    for _ in 0..<partCount {
      let part = Part(
        base: Int(try reader.word32()), offset: Int(try reader.word32()), byteCount: Int(try reader.word32()))
      guard part.base < baseCount, part.byteCount > 0, part.byteCount.isMultiple(of: layout.width) else {
        throw StoreError(.corruptObject, "a part of a prediction has \(part.byteCount) bytes of base \(part.base)")
      }
      count += part.byteCount / layout.width
      parts.append(part)
    }
    guard count == elementCount else {
      throw StoreError(.corruptObject, "a term of \(count) elements cannot predict \(elementCount)")
    }
    return Term(coefficient: coefficient, layout: layout, parts: parts)
  }
}
