import Checkpoints
import FolderMerge
import Testing

/// Which files of a folder are the model, and what is refused.
struct WeightFilesTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
  }

  private func refusal(_ name: String = "m") -> FolderMergeError? {
    #expect(throws: FolderMergeError.self) { try folder.model(name) }
  }

  private func write(_ name: String, _ tensors: String...) throws {
    try folder.write(tensors.map { try TestTensor($0, [2], [1, 2]) }, to: "m/\(name)")
  }

  private func writeIndex(_ map: [String: String]) throws {
    let members = map.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ",")
    try folder.write("{\"weight_map\": {\(members)}}", to: "m/model.safetensors.index.json")
  }

  @Test func oneFileBeforeAllOthers() throws {
    try write("model.safetensors", "a")
    try write("consolidated.safetensors", "other")
    #expect(try folder.model("m").tensorNames == ["a"])
  }

  @Test func theShardsOfAnIndex() throws {
    try write("model-00001-of-00002.safetensors", "a")
    try write("model-00002-of-00002.safetensors", "b")
    try write("consolidated.safetensors", "a", "b")
    try writeIndex(["a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"])
    #expect(try folder.model("m").tensorNames == ["a", "b"])
  }

  @Test func aSetOfShardsWithoutIndex() throws {
    try write("model-00002-of-00002.safetensors", "b")
    try write("model-00001-of-00002.safetensors", "a")
    #expect(try folder.model("m").tensorNames == ["a", "b"])
  }

  @Test func anIncompleteSetIsRefused() throws {
    try write("model-00002-of-00003.safetensors", "b")
    try write("model-00001-of-00003.safetensors", "a")
    #expect(refusal()?.code == .malformedModel)
  }

  @Test func severalFilesWithoutIndexAreAmbiguous() throws {
    try write("one.safetensors", "a")
    try write("two.safetensors", "b")
    let error = refusal()
    #expect(error?.code == .severalCheckpoints)
    #expect(error?.subjects == ["one.safetensors", "two.safetensors"])
  }

  @Test func anIndexMustNameFilesThatAreThere() throws {
    try write("model-00001-of-00002.safetensors", "a")
    try writeIndex(["a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"])
    let error = refusal()
    #expect(error?.code == .malformedModel)
    #expect(error?.message.hasSuffix("model-00002-of-00002.safetensors' is missing") == true)
  }

  @Test func anIndexCannotLeadOutOfTheFolder() throws {
    try folder.write([try TestTensor("a", [2], [1, 2])], to: "secret.safetensors")
    try writeIndex(["a": "../secret.safetensors"])
    #expect((refusal()?.cause as? CheckpointError)?.code == .unsafeShardName)
  }

  @Test func aTensorInTwoShardsIsRefused() throws {
    try write("model-00001-of-00002.safetensors", "a")
    try write("model-00002-of-00002.safetensors", "a")
    #expect((refusal()?.cause as? CheckpointError)?.code == .tensorInTwoShards)
  }

  @Test func aShardThatIsCutShortIsRefused() throws {
    try write("model.safetensors", "a")
    try folder.write(Array(try folder.read("m/model.safetensors").dropLast()), to: "m/model.safetensors")
    #expect((refusal()?.cause as? CheckpointError)?.code == .truncated)
  }

  private func writeHeader(_ header: String, dataByteCount: Int) throws {
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    try folder.write(
      length + Array(header.utf8) + [UInt8](repeating: 0, count: dataByteCount), to: "m/model.safetensors")
  }

  @Test(arguments: [
    // Two tensors share bytes; a gap; an end before its start; a size that overflows; a shape that does not fit.
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,9223372036854775807]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}"#,
  ])
  func aHeaderThatLiesIsRefused(_ header: String) throws {
    try writeHeader(header, dataByteCount: 12)
    let error = refusal()
    #expect(error?.code == .malformedModel)
    #expect(error?.cause is CheckpointError)
  }

  @Test(arguments: [
    // The wrong shard; a tensor that no shard has; one that the index does not know; no JSON; no map; a number for a name.
    #"{"weight_map": {"a": "model-00002-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}"#,
    #"{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}"#,
    #"{"weight_map": {"a": "model-00001-of-00002.safetensors", "x": "model-00002-of-00002.safetensors"}}"#,
    "weight_map", "[]", "{}", #"{"weight_map": {}}"#, #"{"weight_map": {"a": 1}}"#,
    #"{"weight_map": {"a": "/etc/model.safetensors"}}"#,
  ])
  func anIndexThatLiesIsRefused(_ index: String) throws {
    try write("model-00001-of-00002.safetensors", "a")
    try write("model-00002-of-00002.safetensors", "b")
    try folder.write(index, to: "m/model.safetensors.index.json")
    #expect(refusal()?.code == .malformedModel)
  }

  @Test(arguments: ["pytorch_model.bin", "model.pt", "weights.ckpt"])
  func picklesAreNeverOpened(_ name: String) throws {
    try folder.write([0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0], to: "m/\(name)")
    #expect(refusal()?.code == .pickle)
    #expect(refusal("m/\(name)")?.code == .pickle)
  }

  /// The name may lie.
  @Test func aPickleIsKnownByItsFirstBytes() throws {
    try folder.write([0x80, 2, 0x7D, 0x71, 0, 0, 0, 0, 0], to: "m/model.safetensors")
    #expect(refusal()?.code == .pickle)
    try folder.write(Array("GGUF".utf8) + [3, 0, 0, 0, 0], to: "m/model.safetensors")
    #expect(refusal()?.code == .quantized)
  }

  @Test func quantisedModelsAreRefused() throws {
    try write("model.safetensors", "l.0.qweight")
    #expect(refusal()?.code == .quantized)
    try write("model.safetensors", "l.0.weight")
    try folder.write(#"{"quantization_config": {"quant_method": "gptq"}}"#, to: "m/config.json")
    #expect(refusal()?.code == .quantized)
  }

  @Test func anAdapterIsNoModel() throws {
    try write("adapter_model.safetensors", "a")
    try folder.write("{}", to: "m/adapter_config.json")
    #expect(refusal()?.code == .wrongKind)
  }

  @Test func emptyFoldersFilesAndNames() throws {
    try folder.write("x", to: "m/readme.txt")
    #expect(refusal()?.code == .noWeights)
    #expect(refusal("nothing")?.code == .modelNotFound)
    try folder.write([UInt8](), to: "empty.safetensors")
    #expect((refusal("empty.safetensors")?.cause as? CheckpointError)?.code == .empty)
  }
}
