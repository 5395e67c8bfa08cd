import Checkpoints
import Documents
import FolderMerge
import Foundation
import Merging
import Tensors
import Testing

/// mergekit's files give what mergekit 0.1.5 gives: see Golden/generate_mergekit.py.
struct MergekitGoldenTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")
  private static let configurations = golden.appendingPathComponent("configurations")

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: configurations.path)) ?? []
    return files.filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }.sorted()
  }()

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.configurations.appendingPathComponent("\(name).yml"), encoding: .utf8)
  }

  /// Merges as the file says; the folder with the result.
  private func merge(_ text: String, name: String = "test.yml") throws -> TestFolder {
    let folder = try TestFolder()
    let configuration = try MergekitConfiguration(text, name: name)
    let reference = ModelReference(nil) { _ in nil }
    var planner = try MergekitPlanner(configuration) { model in
      let path = Self.golden.appendingPathComponent(model).path
      return try reference.input(FileManager.default.fileExists(atPath: path) ? path : model)
    }
    let plan = try planner.plan()
    let (base, others) = planner.models
    var options = MergeRun.Options()
    options.threadCount = 2
    let merge = StandaloneMerge(
      plan, base: base, models: others, record: MergeRecord(configuration: text))
    _ = try merge.run(to: folder.path("out"), replacing: false, version: "test", options: options)
    return folder
  }

  private func expected(_ name: String) throws -> [String: TestTensor] {
    let bytes = Array(try Data(contentsOf: Self.configurations.appendingPathComponent("\(name).safetensors")))
    return Dictionary(
      uniqueKeysWithValues: try SafetensorsHeader.read(bytes).tensors.map { tensor in
        (
          tensor.name,
          TestTensor(
            name: tensor.name, dtype: tensor.dtype, shape: tensor.shape.dimensions,
            bytes: Array(bytes[tensor.byteRange]))
        )
      })
  }

  /// The rows of a vocabulary in another order of ids.
  private func rows(_ tensor: TestTensor, from ids: [String: Int], to others: [String: Int]) -> TestTensor {
    let width = tensor.bytes.count / tensor.shape[0]
    var bytes = tensor.bytes
    for (token, id) in ids {
      guard let other = others[token] else { continue }
      bytes.replaceSubrange(other * width..<(other + 1) * width, with: tensor.bytes[id * width..<(id + 1) * width])
    }
    return TestTensor(name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, bytes: bytes)
  }

  private func ids(_ bytes: [UInt8]) throws -> [String: Int] {
    let members = try JSONParser.parse(bytes).objectValue?.members ?? []
    return Dictionary(uniqueKeysWithValues: members.map { ($0.key, Int($0.value.integerValue ?? -1)) })
  }

  @Test(arguments: names)
  func givesWhatMergekitGives(_ name: String) throws {
    let folder = try merge(text(name))
    var expected = try expected(name)
    let vocabulary = Self.configurations.appendingPathComponent("\(name).vocabulary.json")
    if let data = try? Data(contentsOf: vocabulary) {
      // mergekit gives new tokens their ids in no fixed order.
      let theirs = try ids(Array(data))
      let ours = try TokenizerFile(folder.read("out/tokenizer.json")).ids
      let named = Dictionary(uniqueKeysWithValues: ours.map { ($0.key.text, $0.value) })
      #expect(Set(theirs.keys) == Set(named.keys))
      for name in ["model.embed_tokens.weight", "lm_head.weight"] {
        expected[name] = expected[name].map { rows($0, from: theirs, to: named) }
      }
    }
    let result = try folder.tensors("out/model.safetensors")
    #expect(Set(result.map(\.name)) == Set(expected.keys))
    for tensor in result {
      let other = try #require(expected[tensor.name])
      #expect(tensor.dtype == other.dtype && tensor.shape == other.shape, "\(tensor.name)")
      let scale = other.values.map(\.magnitude).max() ?? 0
      let isNear = zip(tensor.values, other.values).allSatisfy { ours, theirs in
        ours == theirs
          || (ours - theirs).magnitude <= Self.tolerance(max(ours.magnitude, theirs.magnitude), scale, tensor.dtype)
      }
      #expect(isNear, "\(tensor.name): \(tensor.values) is not \(other.values)")
    }
  }

  /// One unit in the last place of 16 bits, two of F32, or a millionth of the tensor's largest element.
  private static func tolerance(_ value: Double, _ scale: Double, _ dtype: DType) -> Double {
    switch dtype {
    case .bf16: value * 0x1p-7
    case .f16: value * 0x1p-10
    default: max(value * 0x1p-22, 1e-6 * scale)
    }
  }

  /// The record of a merge makes the same merge again.
  @Test func theRecordMakesTheSameAgain() throws {
    let folder = try merge(text("linear-gradients"))
    let record = String(decoding: try folder.read("out/wgit_merge.yml"), as: UTF8.self)
    let again = try merge(record)
    #expect(try folder.read("out/model.safetensors") == again.read("out/model.safetensors"))
  }

  @Test func theCountOfLayersIsThatOfTheSlices() throws {
    let slices = """
      merge_method: linear
      slices:
        - sources: [{model: models/a, layer_range: [0, 3]}]
        - sources: [{model: models/b, layer_range: [1, 4]}]
      """
    let folder = try merge(slices)
    #expect(try JSONParser.parse(folder.read("out/config.json"))["num_hidden_layers"] == 6)
    #expect(try folder.tensors("out/model.safetensors").count == 6 * 9 + 3)
  }

  private static let mistakes: [(line: Int, text: String, yaml: String)] = [
    (3, "unknown key \"wieght\"", "merge_method: linear\nmodels:\n  - {model: models/a, wieght: 1}\n"),
    (
      5, "unknown key \"weigth\"",
      "merge_method: linear\nmodels:\n  - model: models/a\n    parameters:\n      weigth: 1\n"
    ),
    (4, "unknown key \"dytpe\"", "merge_method: linear\nmodels:\n  - model: models/a\ndytpe: float32\n"),
    (
      5, "unknown key \"fliter\"",
      "merge_method: linear\nmodels: [{model: models/a}]\nparameters:\n  weight:\n    - {fliter: x, value: 1}\n"
    ),
    (3, "unknown key \"density\"", "merge_method: linear\nmodels: [{model: models/a}]\nparameters: {density: 1}\n"),
    (1, "\"merge_method\" must be one of", "merge_method: liner\nmodels: [{model: models/a}]\n"),
    (3, "exactly one of", "merge_method: linear\nmodels: [{model: models/a}]\nslices: []\n"),
    (1, "exactly one of", "merge_method: linear\n"),
    (
      2, "\"weight\" must be a number",
      "merge_method: linear\nmodels: [{model: models/a, parameters: {weight: much}}]\n"
    ),
    (3, "\"dtype\" must be one of", "merge_method: linear\nmodels: [{model: models/a}]\ndtype: int8\n"),
    (
      3, "\"layer_range\" must be",
      "merge_method: linear\nslices:\n  - sources: [{model: models/a, layer_range: [3, 1]}]\n"
    ),
    (2, "\"models\" must be a list without repeated", "merge_method: linear\nmodels: [{model: x}, {model: x}]\n"),
    (2, "anchors", "merge_method: linear\nmodels: [&a {model: x}]\n"),
    (
      3, "\"tokenizer\" must be left out",
      "merge_method: linear\ntokenizer_source: union\ntokenizer: {source: base}\nmodels: [{model: x}]\n"
    ),
  ]

  @Test(arguments: mistakes)
  func mistakesAreNamedWithTheirLine(_ line: Int, _ text: String, _ yaml: String) throws {
    let error = #expect(throws: DocumentError.self) { try MergekitConfiguration(yaml, name: "m.yml") }
    #expect(error?.line == line, "\(String(describing: error))")
    #expect(error?.description.contains(text) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("slices: [{sources: [{model: models/a, layer_range: [0, 5]}]}]", "m.yml:2: 'models/a' has 4 layers, not 5"),
    ("modules: {encoder: {models: [{model: models/a}]}}", "m.yml: no module has"),
  ])
  func whatTheModelsDoNotHave(_ content: String, _ message: String) throws {
    let error = #expect(throws: FolderMergeError.self) {
      try merge("merge_method: linear\n\(content)\n", name: "m.yml")
    }
    #expect(error?.code == .badRequest)
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }
}
