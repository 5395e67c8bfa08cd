import Foundation
import Testing
import WeightStore

/// The test vectors of docs/format-codec.md. `WGIT_UPDATE_VECTORS=1` writes them anew.
struct FormatVectorTests {
  struct Vector {
    let name: String
    let encoding: ChunkEncoding
    let bytes: [UInt8]
    let base: [UInt8]?
    /// Those of a prediction.
    var bases: [[UInt8]] = []
    let payload: [UInt8]

    func decode() throws -> [UInt8] {
      guard encoding == .predicted else {
        return try ChunkCodec.decode(payload, encoding: encoding, rawByteCount: bytes.count, base: base)
      }
      let bases = Dictionary(bases.map { (SHA256.digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
      return try PredictedChunk.decode(payload, rawByteCount: bytes.count, bases: bases)
    }
  }

  private static let documentURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/format-codec.md")
  private static let start = "<!-- vectors -->\n"
  private static let end = "<!-- end of vectors -->"

  static func vectors() throws -> [Vector] {
    let bytes = try #require(ElementLayout(width: 1, exponentBitCount: 0))
    let skewed = (0..<96).map { index -> UInt8 in index % 7 == 0 ? 5 : index % 3 == 0 ? 9 : 4 }
    var sparse = [UInt8](repeating: 0, count: 320)
    for index in [17, 130, 131] { sparse[index] = 1 }
    let bf16: [UInt8] = (0..<70).flatMap { ChunkSamples.element(Double($0 % 9 - 4) / 16, layout: .bf16) }
    var bf16Child = bf16
    for index in [3, 10, 64, 69] { bf16Child[2 * index] ^= 0x05 }
    let f32: [UInt8] = (1...6).flatMap { ChunkSamples.element(Double($0) / 7, layout: .f32) }
    let values: [Double] = [0.142857, -0.285714, 0.4287, 0, .infinity, 0.857143]
    let f32Child = values.flatMap { ChunkSamples.element($0, layout: .f32) }
    let ones: [UInt8] = (0..<4).flatMap { (low: UInt8) -> [UInt8] in [low, 0, 0x80, 0x3f] }
    let items: [(String, ChunkEncoding, ElementLayout, [UInt8], [UInt8]?)] = [
      ("F32, raw and constant planes", .planes, .f32, ones, nil),
      ("bytes, Huffman", .planes, bytes, skewed, nil),
      ("bytes, rANS", .planes, bytes, sparse, nil),
      ("BF16, one block of 32 unchanged", .deltaTokens, .bf16, bf16Child, bf16),
      ("F32, tokens with raw bits", .deltaTokens, .f32, f32Child, f32),
      ("F32, zigzag planes", .deltaPlanes, .f32, f32Child, f32),
    ]
    let workspace = CodecWorkspace()
    var vectors = try items.map { name, encoding, layout, bytes, base in
      let encoded = bytes.withUnsafeBytes { bytes in
        (base ?? []).withUnsafeBytes { base in
          ChunkCodec.encodeElements(
            bytes, as: encoding, layout: layout, base: base, limit: 1000, workspace: workspace)
        }
      }
      return Vector(name: name, encoding: encoding, bytes: bytes, base: base, payload: try #require(encoded).payload)
    }
    for (name, base) in [("base longer", f32 + f32), ("base shorter", Array(f32.dropLast(8)))] {
      vectors.append(try fittedVector("F32, tokens, \(name)", bytes: f32Child, base: base))
    }
    vectors.append(
      Vector(
        name: "an element", encoding: .constant, bytes: [1, 2, 1, 2, 1, 2], base: nil, payload: [1, 2]))
    return vectors + (try predictedVectors())
  }

  /// F32 elements as BF16, from two chunks, with nothing left over; and the mean of two, with one element that differs.
  private static func predictedVectors() throws -> [Vector] {
    let first: [UInt8] = (1...120).flatMap { ChunkSamples.element(Double($0) / 7, layout: .f32) }
    let second: [UInt8] = (1...120).flatMap { ChunkSamples.element(Double($0 % 11) / 9, layout: .f32) }
    let ids = [first, second].map { SHA256.digest(of: $0) }
    let part = { (base: Int, offset: Int, byteCount: Int) in
      Prediction.Part(base: base, offset: offset, byteCount: byteCount)
    }
    let cast = Prediction(
      layout: .bf16, baseIDs: ids,
      terms: [Prediction.Term(coefficient: 1, layout: .f32, parts: [part(0, 40, 440), part(1, 0, 400)])], divisor: 1)
    let mean = Prediction(
      layout: .f32, baseIDs: ids,
      terms: (0...1).map { Prediction.Term(coefficient: 1, layout: .f32, parts: [part($0, 0, 480)]) }, divisor: 2)
    return try [("F32 cast to BF16", cast, 420, false), ("mean of two, one element moved", mean, 480, true)].map {
      name, prediction, byteCount, isMoved in
      var bytes = [UInt8](repeating: 0, count: byteCount)
      try bytes.withUnsafeMutableBytes {
        try prediction.evaluate([ids[0]: first, ids[1]: second], into: $0)
      }
      let predicted = bytes
      if isMoved { bytes[200] ^= 3 }
      let residual = isMoved ? delta(bytes, base: predicted, layout: prediction.layout) : nil
      return Vector(
        name: name, encoding: .predicted, bytes: bytes, base: nil, bases: [first, second],
        payload: prediction.head(residual: residual?.encoding) + (residual?.payload ?? []))
    }
  }

  private static func delta(_ bytes: [UInt8], base: [UInt8], layout: ElementLayout) -> ChunkCodec.Encoded? {
    bytes.withUnsafeBytes { bytes in
      base.withUnsafeBytes { base in
        ChunkCodec.encodeElements(
          bytes, as: .deltaTokens, layout: layout, base: base, limit: 1000, workspace: CodecWorkspace())
      }
    }
  }

  /// The base of a delta may have another length.
  private static func fittedVector(_ name: String, bytes: [UInt8], base: [UInt8]) throws -> Vector {
    let encoded = delta(bytes, base: ChunkCodec.fitted(base, to: bytes.count), layout: .f32)
    return Vector(
      name: name, encoding: .deltaTokens, bytes: bytes, base: base, payload: try #require(encoded).payload)
  }

  /// Hexadecimal; `xx*n` stands for n equal bytes.
  private static func hex(_ bytes: [UInt8]) -> String {
    var parts: [String] = []
    var index = 0
    while index < bytes.count {
      let run = bytes[index...].prefix { $0 == bytes[index] }.count
      let digits = (bytes[index] < 16 ? "0" : "") + String(bytes[index], radix: 16)
      if run >= 5 {
        parts.append(" \(digits)*\(run) ")
        index += run
      } else {
        parts.append(digits)
        index += 1
      }
    }
    return parts.joined().replacing("  ", with: " ").trimmingCharacters(in: .whitespaces)
  }

  private static func table(_ vectors: [Vector]) -> String {
    vectors.map { vector in
      "\n\(vector.name): encoding \(vector.encoding.rawValue), \(vector.bytes.count) bytes\n\n```\n"
        + "bytes    \(hex(vector.bytes))\n" + (vector.base.map { "base     \(hex($0))\n" } ?? "")
        + vector.bases.map { "base     \(hex($0))\n" }.joined()
        + "payload  \(hex(vector.payload))\n```\n"
    }.joined() + "\n"
  }

  @Test func theDocumentHoldsWhatIsWritten() throws {
    let document = try String(contentsOf: FormatVectorTests.documentURL, encoding: .utf8)
    let before = try #require(document.range(of: FormatVectorTests.start))
    let after = try #require(document.range(of: FormatVectorTests.end))
    let expected = FormatVectorTests.table(try FormatVectorTests.vectors())
    if ProcessInfo.processInfo.environment["WGIT_UPDATE_VECTORS"] == "1" {
      let updated = document.replacingCharacters(in: before.upperBound..<after.lowerBound, with: expected)
      try updated.write(to: FormatVectorTests.documentURL, atomically: true, encoding: .utf8)
    } else {
      #expect(document[before.upperBound..<after.lowerBound] == expected)
    }
  }

  @Test func vectorsDecode() throws {
    for vector in try FormatVectorTests.vectors() {
      #expect(try vector.decode() == vector.bytes, "\(vector.name)")
    }
  }
}
