import CZlib

/// One object in a pack: a fixed header of 92 bytes, then the payload. docs/format.md has the layout.
package struct PackRecord: Sendable, Hashable {
  package static let headerByteCount = 92
  /// Every record starts with these bytes, so that records can be found behind damage.
  static let mark = Array("WECR".utf8)

  package var kind: ObjectKind
  package var encoding: ChunkEncoding
  package var id: Digest
  /// The objects whose bytes are needed to read this one: none, the base of a delta, or those of a prediction.
  package var baseIDs: [Digest]
  package var rawByteCount: Int
  package var storedByteCount: Int

  package init(
    kind: ObjectKind, encoding: ChunkEncoding, id: Digest, baseIDs: [Digest] = [], rawByteCount: Int,
    storedByteCount: Int
  ) {
    self.kind = kind
    self.encoding = encoding
    self.id = id
    self.baseIDs = baseIDs
    self.rawByteCount = rawByteCount
    self.storedByteCount = storedByteCount
  }

  /// Header bytes, with the CRC-32 over the header before it and the payload.
  package func header(payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(PackRecord.headerByteCount)
    bytes += PackRecord.mark
    bytes.append(kind.rawValue)
    bytes.append(encoding.rawValue)
    bytes.appendLittleEndian(UInt16(0))
    bytes.appendLittleEndian(UInt64(rawByteCount))
    bytes.appendLittleEndian(UInt64(storedByteCount))
    bytes += id.bytes
    bytes += headerBaseID.bytes
    bytes.appendLittleEndian(PackRecord.checksum(bytes, payload))
    return bytes
  }

  /// The bases of a prediction do not fit here: they stand in the payload.
  private var headerBaseID: Digest { encoding == .predicted ? .zero : baseIDs.first ?? .zero }

  /// The same record with the bases that a payload names.
  package func completed(by payload: [UInt8]) -> PackRecord {
    guard encoding == .predicted else { return self }
    var record = self
    record.baseIDs = Prediction.baseIDs(in: payload)
    return record
  }

  /// Whether the headers in a pack say the same.
  package func hasSameHeader(as other: PackRecord) -> Bool {
    guard encoding == .predicted, other.encoding == .predicted else { return self == other }
    var record = self
    record.baseIDs = other.baseIDs
    return record == other
  }

  /// Reads a header from untrusted bytes; returns it with the checksum it claims. A prediction's bases are not in it: see
  /// `completed(by:)`.
  package static func parse(header bytes: [UInt8]) throws(StoreError) -> (record: PackRecord, checksum: UInt32) {
    try bytes.withRawBytes { buffer throws(StoreError) in try parse(buffer) }
  }

  private static func parse(
    _ buffer: UnsafeRawBufferPointer
  ) throws(StoreError) -> (record: PackRecord, checksum: UInt32) {
    var reader = ByteReader(buffer)
    guard try reader.bytes(mark.count).elementsEqual(mark) else {
      throw StoreError(.corruptPack, "a record does not start with its mark")
    }
    let kindByte = try reader.byte()
    let encodingByte = try reader.byte()
    let reserved = try reader.word16()
    guard let kind = ObjectKind(rawValue: kindByte), let encoding = ChunkEncoding(rawValue: encodingByte), reserved == 0
    else {
      throw StoreError(
        .corruptPack, "a record has kind \(kindByte), encoding \(encodingByte), reserved \(reserved): unknown here")
    }
    guard let raw = Int(exactly: try reader.word64()), let stored = Int(exactly: try reader.word64()),
      isPlausible(raw: raw, stored: stored, kind: kind, encoding: encoding)
    else { throw StoreError(.corruptPack, "a record claims sizes that no \(kind.name) can have") }
    let id = try reader.digest()
    let baseID = try reader.digest()
    guard encoding != .predicted || baseID == .zero else {
      throw StoreError(.corruptPack, "a record names the base of a prediction in the wrong place")
    }
    let record = PackRecord(
      kind: kind, encoding: encoding, id: id, baseIDs: baseID == .zero ? [] : [baseID], rawByteCount: raw,
      storedByteCount: stored)
    return (record, try reader.word32())
  }

  /// No object is larger than its kind allows, no form is larger than the raw one, and zlib makes nothing smaller than
  /// about 1/1032: a few bytes cannot demand a gigabyte of memory.
  package static func isPlausible(raw: Int, stored: Int, kind: ObjectKind, encoding: ChunkEncoding) -> Bool {
    guard raw >= 0, stored >= 0, raw <= kind.maximumByteCount, stored <= raw else { return false }
    switch encoding {
    case .raw: return stored == raw
    case .zlib: return raw <= stored * 1032
    // Only chunks have these, and a chunk is small.
    case .planes, .deltaTokens, .deltaPlanes, .constant, .predicted: return kind == .blob
    }
  }

  /// CRC-32 (zlib's) of a header without its last four bytes, followed by the payload.
  package static func checksum(_ header: some Collection<UInt8>, _ payload: [UInt8]) -> UInt32 {
    let head = Array(header)
    let first = crc32_z(0, head, head.count)
    return UInt32(truncatingIfNeeded: crc32_z(first, payload, payload.count))
  }
}
