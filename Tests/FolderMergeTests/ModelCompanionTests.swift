import FolderMerge
import Merging
import Tensors
import Testing

/// What some methods want to know of each model beside its weights: Fisher information, Gram matrices.
struct ModelCompanionTests {
  private let folder: TestFolder
  private let reference = ModelReference(nil) { _ in nil }

  init() throws {
    folder = try TestFolder()
    for (name, value) in [("a", 1.0), ("b", 5.0)] {
      try folder.write(
        [try TestTensor("w", [2], [value, value]), try TestTensor("buffer", [1], [value])],
        to: "\(name)/model.safetensors")
    }
    try folder.write([try TestTensor("w", [2], [3, 1])], to: "a-fisher.safetensors")
    try folder.write([try TestTensor("w", [2], [1, 0.25])], to: "b-fisher.safetensors")
  }

  private func input(_ name: String, fisher: String?) throws -> ModelInput {
    let model = try reference.input(folder.path(name))
    guard let fisher else { return model }
    return try model.adding(reference.input(folder.path(fisher)).model, as: "fisher")
  }

  private func merge(_ models: [ModelInput], _ strategy: String, to output: String = "out") throws -> [TestTensor] {
    let request = MergeRequest(models: models, base: nil, strategy: try MergeStrategy(parsing: strategy))
    var planner = try MergePlanner(request)
    let merge = StandaloneMerge(
      try planner.plan(), base: nil, models: models, record: MergeRecord(request))
    _ = try merge.run(to: folder.path(output), replacing: false, version: "test", options: MergeRun.Options())
    return try folder.tensors("\(output)/model.safetensors")
  }

  /// (3·1 + 1·5) / 4 and (1·1 + ¼·5) / 1¼; what no model knows anything of is the plain mean.
  @Test func eachModelCountsByItsInformation() throws {
    let models = try [input("a", fisher: "a-fisher.safetensors"), input("b", fisher: "b-fisher.safetensors")]
    let result = try merge(models, "fisher")
    #expect(result.map(\.values) == [[2, 1.8].map { Double(Float($0)) }, [3]])
  }

  @Test func theRecordNamesTheFiles() throws {
    let models = try [input("a", fisher: "a-fisher.safetensors"), input("b", fisher: "b-fisher.safetensors")]
    let result = try merge(models, "fisher")
    try folder.mergeAgain("out", to: "again")
    #expect(try folder.tensors("again/model.safetensors") == result)
  }

  /// A plain average under the name of a weighted one would be a lie.
  @Test func withoutAnyTheMergeIsRefused() throws {
    let models = try [input("a", fisher: nil), input("b", fisher: nil)]
    for strategy in ["fisher", "regmean"] {
      let error = #expect(throws: FolderMergeError.self) { try merge(models, strategy) }
      #expect(error?.code == .companionMissing)
      #expect(error?.subjects == [strategy == "fisher" ? "fisher" : "gram"])
    }
    let yaml = "merge_method: fisher\nmodels: [{model: \(folder.path("a"))}, {model: \(folder.path("b"))}]\n"
    let error = #expect(throws: FolderMergeError.self) {
      try MergekitPlanner(MergekitConfiguration(yaml, name: "m.yml")) { try reference.input($0) }
    }
    #expect(error?.code == .companionMissing)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let one = try [input("a", fisher: "a-fisher.safetensors"), input("b", fisher: nil)]
    let missing = #expect(throws: FolderMergeError.self) { try merge(one, "fisher") }
    #expect(missing?.message == "'w': there is no fisher tensor for model 2")
    try folder.write([try TestTensor("w", [3], [1, 1, 1])], to: "b-fisher.safetensors")
    let shapes = try [input("a", fisher: "a-fisher.safetensors"), input("b", fisher: "b-fisher.safetensors")]
    let error = #expect(throws: FolderMergeError.self) { try merge(shapes, "fisher") }
    #expect(error?.message == "'w': the fisher tensor of model 2 has the shape [3], not [2]")
    try folder.write([try TestTensor("x", [3], [1, 1, 1])], to: "other.safetensors")
    let other = #expect(throws: FolderMergeError.self) { try input("a", fisher: "other.safetensors") }
    #expect(other?.code == .badRequest)
    #expect(try folder.names().filter { $0.contains("out") } == [])
  }

  /// With equal Gram matrices the regression is the mean; with another one it is not.
  @Test func regressionUsesGramMatrices() throws {
    for (name, value) in [("a", 1.0), ("b", 5.0)] {
      try folder.write([try TestTensor("w", [1, 2], [value, value])], to: "\(name)/model.safetensors")
    }
    try folder.write([try TestTensor("w", [2, 2], [1, 0, 0, 1])], to: "a-gram.safetensors")
    try folder.write([try TestTensor("w", [2, 2], [3, 0, 0, 1])], to: "b-gram.safetensors")
    let models = try ["a", "b"].map { name in
      try reference.input(folder.path(name)).adding(
        reference.input(folder.path("\(name)-gram.safetensors")).model, as: "gram")
    }
    #expect(try merge(models, "regmean")[0].values == [4, 3])
  }
}
