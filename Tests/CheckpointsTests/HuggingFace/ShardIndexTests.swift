import Checkpoints
import Testing

struct ShardIndexTests {
  private func index(_ json: String) throws(CheckpointError) -> ShardIndex { try ShardIndex(Array(json.utf8)) }

  @Test func readsTensorsWithTheirFiles() throws {
    let index = try index(
      #"{"metadata": {"total_size": 12}, "weight_map": {"b": "m-00002-of-00002.safetensors", "a": "m-00001-of-00002.safetensors"}}"#
    )
    #expect(index.weightMap.map(\.tensor) == ["b", "a"])
    #expect(index.files == ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"])
    #expect(index.statedByteCount == 12)
  }

  @Test(arguments: [
    "../m.safetensors", "/etc/m.safetensors", "a/m.safetensors", "..", "", "m.bin", ".safetensors",
    ".hidden.safetensors",
    "a\\\\m.safetensors", "a\\u0000.safetensors", "a\\n.safetensors",
  ])
  func refusesNamesThatLeadElsewhere(_ name: String) throws {
    let error = #expect(throws: CheckpointError.self) { try index(#"{"weight_map": {"a": "\#(name)"}}"#) }
    #expect(error?.code == .unsafeShardName)
  }

  @Test(arguments: [
    ("[]", CheckpointError.Code.badIndex), ("{}", .badIndex), (#"{"weight_map": []}"#, .badIndex),
    (#"{"weight_map": {"a": 1}}"#, .badIndex), (#"{"weight_map": {"a": "x.safetensors""#, .badIndex),
    (#"{"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}}"#, .duplicateKey),
  ])
  func refusesWhatIsNoIndex(_ json: String, _ code: CheckpointError.Code) throws {
    let error = #expect(throws: CheckpointError.self) { try index(json) }
    #expect(error?.code == code)
  }

  @Test func writesWhatItReads() throws {
    let map = [(tensor: "z", file: "b.safetensors"), (tensor: "é", file: "a.safetensors")]
    let text = ShardIndex.bytes(of: map, totalByteCount: 1 << 40)
    let index = try ShardIndex(text)
    #expect(index.weightMap.map(\.tensor) == ["z", "é"])
    #expect(index.statedByteCount == 1 << 40)
    #expect(
      String(decoding: text, as: UTF8.self).hasPrefix("{\n  \"metadata\": {\n    \"total_size\": 1099511627776\n  },"))
  }
}
