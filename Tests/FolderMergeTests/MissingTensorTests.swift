import FolderMerge
import Tensors
import Testing
import WeightStore

/// Tensors that not all models have.
struct MissingTensorTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
  }

  /// Each model as its tensors' values; nil for one it lacks.
  private func write(_ models: [String: [String: Double]]) throws {
    for (model, tensors) in models {
      try folder.write(
        tensors.sorted { $0.key < $1.key }.map { try TestTensor($0.key, [1], [$0.value]) }, to: "\(model).safetensors")
    }
  }

  private func merge(_ models: [String], base: String? = nil, missing: MergeRequest.MissingTensors = .refuse) throws
    -> [String: Double]
  {
    try folder.merge(
      models.map { "\($0).safetensors" }, base: base.map { "\($0).safetensors" }, replacing: true
    ) { request, _ in request.missing = missing }
    let tensors = try folder.tensors("out/model.safetensors")
    return Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.values[0]) })
  }

  @Test func withoutABaseNobodyCanSay() throws {
    try write(["a": ["w": 1, "x": 4], "b": ["w": 3, "y": 6, "z": 1], "c": ["w": 5, "y": 8]])
    let error = #expect(throws: FolderMergeError.self) { try merge(["a", "b", "c"]) }
    #expect(error?.subjects == ["x: in 1 of 3 models", "y: in 2 of 3 models", "z: in 1 of 3 models"])
    #expect(try merge(["a", "b", "c"], missing: .take) == ["w": 3, "x": 4, "y": 7, "z": 1])
    #expect(try merge(["a", "b", "c"], missing: .drop) == ["w": 3])
  }

  @Test func whatOneModelAddedIsTaken() throws {
    try write(["base": ["w": 0], "a": ["w": 1, "x": 4], "b": ["w": 3]])
    #expect(try merge(["a", "b"], base: "base") == ["w": 2, "x": 4])
  }

  @Test func whatSeveralAddedIsMergedIfItDiffers() throws {
    try write(["base": ["w": 0], "a": ["w": 1, "x": 4], "b": ["w": 3, "x": 4], "c": ["w": 2, "x": 10]])
    #expect(try merge(["a", "b", "c"], base: "base") == ["w": 2, "x": 6])
    #expect(try merge(["a", "b"], base: "base") == ["w": 2, "x": 4])
    let error = #expect(throws: FolderMergeError.self) {
      try folder.merge(["a.safetensors", "c.safetensors"], base: "base.safetensors", "task-arithmetic", to: "y")
    }
    #expect(error?.subjects == ["x: added by 2 models in different ways, and the base has none"])
  }

  @Test func whatAModelRemovedIsGoneUnlessAnotherChangedIt() throws {
    try write(["base": ["w": 0, "x": 4], "a": ["w": 1], "b": ["w": 3, "x": 4], "c": ["w": 3, "x": 5]])
    #expect(try merge(["a", "b"], base: "base") == ["w": 2])
    let error = #expect(throws: FolderMergeError.self) { try merge(["a", "c"], base: "base") }
    #expect(error?.subjects == ["x: removed by some models, changed in '\(folder.path("c.safetensors"))'"])
  }

  /// Buffers that some versions of a library store and others do not.
  @Test func computedBuffersAreTakenFromWhoHasThem() throws {
    try write(["a": ["w": 1], "b": ["w": 3, "layers.0.rotary_emb.inv_freq": 6]])
    #expect(try merge(["a", "b"]) == ["w": 2, "layers.0.rotary_emb.inv_freq": 6])
  }

  /// Of what no pattern fits, the base's values stay, also of tensors that a model has changed.
  @Test func onlyWhatWasAskedForIsMerged() throws {
    try write([
      "base": ["head": 0, "body.w": 8, "body.v": 8], "a": ["head": 1, "body.w": 6, "body.v": 2, "more": 1],
      "b": ["head": 3, "body.w": 4, "body.v": 4, "more": 2],
    ])
    let files = ["a.safetensors", "b.safetensors"]
    func values() throws -> [String: Double] {
      Dictionary(
        uniqueKeysWithValues: try folder.tensors("out/model.safetensors").map { ($0.name, $0.values[0]) })
    }
    try folder.merge(files, base: "base.safetensors") { request, _ in
      request.only = [NamePattern("body.?"), NamePattern("[hi]ead")]
    }
    #expect(try values() == ["head": 2, "body.w": 5, "body.v": 3])
    try folder.merge(files, base: "base.safetensors", replacing: true) { request, _ in
      request.only = [NamePattern("*.w")]
    }
    #expect(try values() == ["head": 0, "body.w": 5, "body.v": 8])
    // The record says so too.
    let record = String(decoding: try folder.read("out/wgit_merge.yml"), as: UTF8.self)
    #expect(record.contains("\nonly: [\"*.w\"]\n"))
    let report = try folder.mergeAgain("out", to: "again")
    #expect(try folder.read("again/model.safetensors") == folder.read("out/model.safetensors"))
    #expect(report.counts == [.combined: 1, .taken: 2])
    let error = #expect(throws: FolderMergeError.self) {
      try folder.merge(files, base: "base.safetensors", replacing: true) { request, _ in
        request.only = [NamePattern("*.w"), NamePattern("boddy.*")]
      }
    }
    #expect(error?.subjects == ["boddy.*"])
  }
}
