import Checkpoints
import Tensors
import Testing

struct ShardedHeaderTests {
  private func header(_ names: [String], metadata: String = "") throws -> SafetensorsHeader {
    let entries = names.enumerated().map { entry($1, "U8", "[4]", "[\(4 * $0),\(4 * $0 + 4)]") }
    let members = (metadata.isEmpty ? [] : [metadata]) + entries
    return try SafetensorsHeader.read(
      safetensorsFile("{\(members.joined(separator: ","))}", dataByteCount: 4 * names.count))
  }

  private func index(_ map: [String: String]) throws -> ShardIndex {
    let members = map.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ",")
    return try ShardIndex(Array("{\"weight_map\": {\(members)}}".utf8))
  }

  @Test func joinsShardsInOrder() throws {
    let header = try ShardedHeader(
      [("1.safetensors", header(["b", "a"])), ("2.safetensors", header(["c"]))],
      index: index(["a": "1.safetensors", "b": "1.safetensors", "c": "2.safetensors"]))
    #expect(header.tensors.map(\.descriptor.name) == ["b", "a", "c"])
    #expect(header.tensors.map(\.shard) == [0, 0, 1])
    #expect(header.totalByteCount == 12)
  }

  @Test func aTensorStandsInOneShardOnly() throws {
    let error = #expect(throws: CheckpointError.self) {
      try ShardedHeader([("1.safetensors", header(["a"])), ("2.safetensors", header(["b", "a"]))])
    }
    #expect(error?.code == .tensorInTwoShards)
    #expect(error?.tensorName == "a")
  }

  /// Names that look alike are two names.
  @Test func namesAreBytes() throws {
    let header = try ShardedHeader([("1.safetensors", header(["\u{e9}"])), ("2.safetensors", header(["e\u{301}"]))])
    #expect(header.tensors.count == 2)
  }

  private static let disagreements: [[String: String]] = [
    // One that no shard holds, one in another shard, one that is not listed.
    ["a": "1.safetensors", "b": "2.safetensors", "c": "2.safetensors"], ["a": "2.safetensors", "b": "2.safetensors"],
    ["a": "1.safetensors"],
  ]

  @Test(arguments: disagreements)
  func indexAndHeadersMustAgree(_ map: [String: String]) throws {
    let error = #expect(throws: CheckpointError.self) {
      try ShardedHeader(
        [("1.safetensors", header(["a"])), ("2.safetensors", header(["b"]))], index: index(map))
    }
    #expect(error?.code == .shardMismatch)
  }

  @Test func metadataIsJoinedAndConflictsAreListed() throws {
    let header = try ShardedHeader([
      ("1.safetensors", header(["a"], metadata: #""__metadata__":{"format":"pt","step":"1"}"#)),
      ("2.safetensors", header(["b"], metadata: #""__metadata__":{"format":"pt","step":"2","note":"x"}"#)),
    ])
    #expect(header.metadata.map(\.key) == ["format", "step", "note"])
    #expect(header.metadata.map(\.value) == ["pt", "1", "x"])
    #expect(header.metadataConflicts == ["step"])
  }
}
