import Testing
import WeightStore

/// Manifests that lie about sizes, shapes or names.
struct ManifestTests {
  private static let id = String(repeating: "0", count: 64)

  private static func manifest(_ segments: String, byteCount: String = "4") -> [UInt8] {
    Array(
      """
      {"byteCount":\(byteCount),"format":"safetensors","segments":[\(segments)],"sha256":"\(id)","type":"manifest","version":1}
      """.utf8)
  }

  private static func tensor(_ shape: String, dtype: String = "F32", byteCount: String = "4", chunks: Int = 1) -> String
  {
    let list = Array(repeating: "\"\(id)\"", count: chunks).joined(separator: ",")
    return """
      {"byteCount":\(byteCount),"chunks":[\(list)],"dtype":"\(dtype)","shape":\(shape),"tensor":"a"}
      """
  }

  @Test func aSoundOneIsRead() throws {
    #expect(try Manifest(canonicalBytes: ManifestTests.manifest(ManifestTests.tensor("[1]"))).tensors.count == 1)
  }

  @Test(arguments: [
    manifest(tensor("[2]")), manifest(tensor("[-1]")), manifest(tensor("[1]", dtype: "F99")),
    manifest(tensor("[1]", chunks: 0)), manifest(tensor("[1]", chunks: 2)), manifest(tensor("[1]"), byteCount: "5"),
    manifest(tensor("[1]"), byteCount: "-4"), manifest(tensor("[1]", byteCount: "-4", chunks: 0), byteCount: "-4"),
    manifest(tensor("[9223372036854775807,9223372036854775807]")), manifest(tensor("[4611686018427387904]")),
    manifest(tensor("[1]", byteCount: "9223372036854775807")),
    manifest(tensor("[1]") + "," + tensor("[1]"), byteCount: "8"),
    manifest(tensor("[1.5]")), manifest(tensor("[\"1\"]")), manifest("1"), manifest("null"),
  ])
  func liesAreRefused(_ bytes: [UInt8]) {
    expectError(.malformedObject) { _ = try Manifest(canonicalBytes: bytes) }
  }

  @Test func theGridCoversEverySize() {
    let full = ChunkGrid.chunkByteCount
    for byteCount in [0, 1, full - 1, full, full + 1, 3 * full, 3 * full + 7, Int.max] where byteCount < 1 << 40 {
      let chunks = ChunkGrid.chunks(of: 0..<byteCount)
      #expect(chunks.count == ChunkGrid.chunkCount(byteCount: byteCount))
      #expect(chunks.reduce(0) { $0 + $1.count } == byteCount)
      for (index, range) in chunks.enumerated() {
        #expect(range.count == ChunkGrid.chunkByteCount(index: index, of: byteCount))
      }
    }
    #expect(ChunkGrid.chunkCount(byteCount: .max) == Int.max / full + 1)
  }
}
