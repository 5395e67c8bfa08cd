import FolderMerge
import Foundation
import Merging
import Tensors
import Testing

struct StandaloneMergeTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
  }

  /// Three tensors, one larger than a piece of work.
  private func tensors(seed: UInt64, _ dtype: DType = .f32) throws -> [TestTensor] {
    try [("big", [300, 1000]), ("row", [17]), ("scalar", [])].enumerated().map { index, item in
      try TestTensor(item.0, item.1, numbers(item.1.reduce(1, *), seed: seed * 10 + UInt64(index)), dtype)
    }
  }

  /// The same bytes however the inputs are divided into files, and for any number of threads.
  @Test(arguments: [
    "ratatouille", "task-arithmetic:lambda=0.7,weight=1,-0.5,2", "dare-ties:density=0.4", "dare-linear:density=0.7",
    "della:density=0.5", "della-linear:density=0.4", "ties:density=0.3,scope=model", "model-stock",
    "sce:select-topk=0.5",
  ])
  func divisionAndThreadsDoNotMatter(_ strategy: String) throws {
    let names = ["a", "b", "c"]
    for (index, name) in (["base"] + names).enumerated() {
      let all = try tensors(seed: UInt64(index), .bf16)
      try folder.write(all, to: "whole/\(name)/model.safetensors")
      try folder.write([all[index % 3]], to: "cut/\(name)/model-00001-of-00002.safetensors")
      try folder.write(
        all.indices.filter { $0 != index % 3 }.map { all[$0] }, to: "cut/\(name)/model-00002-of-00002.safetensors")
    }
    try folder.merge(names.map { "whole/\($0)" }, base: "whole/base", strategy, to: "one", threads: 1)
    try folder.merge(names.map { "cut/\($0)" }, base: "whole/base", strategy, to: "two", threads: 2)
    #expect(try folder.read("one/model.safetensors") == folder.read("two/model.safetensors"))
    // The base's division is kept.
    try folder.merge(names.map { "whole/\($0)" }, base: "cut/base", strategy, to: "three", threads: 2)
    #expect(
      try folder.names("three").filter { $0.hasPrefix("model") }
        == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"])
    let shards =
      try folder.tensors("three/model-00001-of-00002.safetensors")
      + folder.tensors("three/model-00002-of-00002.safetensors")
    #expect(Set(shards.map(\.bytes)) == Set(try folder.tensors("one/model.safetensors").map(\.bytes)))
  }

  @Test func theAverageIsRoundedOnce() throws {
    for (index, name) in ["a", "b", "c"].enumerated() {
      try folder.write(tensors(seed: UInt64(index)), to: "\(name).safetensors")
    }
    let report = try folder.merge(["a.safetensors", "b.safetensors", "c.safetensors"])
    let inputs = try (0..<3).map { try tensors(seed: UInt64($0)) }
    for (index, tensor) in try folder.tensors("out/model.safetensors").enumerated() {
      let expected = tensor.values.indices.map { element in
        Double(Float(inputs.reduce(0) { $0 + $1[index].values[element] } / 3))
      }
      #expect(tensor.values == expected, "\(tensor.name)")
    }
    #expect(report.counts == [.combined: 3])
    #expect(report.files == ["model.safetensors", "README.md", "wgit_merge.yml"])
  }

  @Test func shardsOfAGivenSize() throws {
    try folder.write(tensors(seed: 1), to: "a/model.safetensors")
    let report = try folder.merge(["a"]) { _, options in options.maximumShardByteCount = 100 }
    #expect(
      report.files.prefix(3) == [
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json",
      ])
    let out = try folder.model("out")
    #expect(out.tensorNames == ["big", "row", "scalar"])
  }

  @Test func metadataIsKept() throws {
    try folder.write([try TestTensor("w", [1], [1])], to: "a.safetensors", metadata: [("step", "7")])
    try folder.merge(["a.safetensors"])
    let text = String(decoding: try folder.read("out/model.safetensors").dropFirst(8).prefix(60), as: UTF8.self)
    #expect(text.hasPrefix(#"{"__metadata__":{"format":"pt","step":"7"},"#))
  }

  @Test func otherShapesConflictAndBothAreNamed() throws {
    try folder.write([try TestTensor("w", [2], [1, 2]), try TestTensor("v", [1], [1])], to: "a.safetensors")
    try folder.write([try TestTensor("w", [1, 2], [1, 2]), try TestTensor("v", [1], [1])], to: "b.safetensors")
    let error = #expect(throws: FolderMergeError.self) { try folder.merge(["a.safetensors", "b.safetensors"]) }
    #expect(error?.code == .conflict)
    #expect(
      error?.subjects == ["w: [2] in '\(folder.path("a.safetensors"))', [1, 2] in '\(folder.path("b.safetensors"))'"])
  }

  @Test func numbersThatAreNoneAreCounted() throws {
    try folder.write([try TestTensor("w", [4], [1, .nan, .infinity, 60000], .f16)], to: "a.safetensors")
    try folder.write([try TestTensor("w", [4], [1, 1, 1, 60000], .f16)], to: "b.safetensors")
    let report = try folder.merge(["a.safetensors", "b.safetensors"], "weighted:normalize=false,weight=1,1")
    #expect(report.nonFinite.map(\.name) == ["w"])
    #expect(report.nonFinite.map(\.count) == [NonFiniteCount(nan: 1, infinite: 2, overflowed: 1)])
  }

  @Test func anotherTypeIsRoundedOnce() throws {
    try folder.write(tensors(seed: 1), to: "a.safetensors")
    try folder.write(tensors(seed: 2), to: "b.safetensors")
    try folder.merge(["a.safetensors", "b.safetensors"]) { request, _ in request.dtype = .bf16 }
    let inputs = try (1...2).map { try tensors(seed: $0) }
    for (index, tensor) in try folder.tensors("out/model.safetensors").enumerated() {
      let means = zip(inputs[0][index].values, inputs[1][index].values).map { ($0 + $1) / 2 }
      #expect(tensor.dtype == .bf16)
      #expect(tensor.bytes == (try FloatConversion.bytes(means, as: .bf16)), "\(tensor.name)")
    }
  }

  @Test func wholeNumbersAreTakenNotComputed() throws {
    let same = TestTensor(name: "ids", dtype: .i64, shape: [1], bytes: [7, 0, 0, 0, 0, 0, 0, 0])
    let other = TestTensor(name: "ids", dtype: .i64, shape: [1], bytes: [9, 0, 0, 0, 0, 0, 0, 0])
    try folder.write([same], to: "base.safetensors")
    try folder.write([same], to: "a.safetensors")
    try folder.write([other], to: "b.safetensors")
    try folder.merge(["a.safetensors", "b.safetensors"], base: "base.safetensors") { request, _ in request.dtype = .f16
    }
    #expect(try folder.tensors("out/model.safetensors") == [other])
    let error = #expect(throws: FolderMergeError.self) {
      try folder.merge(["a.safetensors", "b.safetensors"], to: "x")
    }
    #expect(error?.code == .conflict)
  }

  /// A record makes the same bytes again, whatever the base was for: nothing, the origin of changes, one end of a path.
  @Test(arguments: [
    "ratatouille", "weighted:weight=0.7,0.2", "wise-ft:alpha=0.3", "ties:density=0.3,0.9,lambda=0.5", "karcher",
    "dare-linear:density=0.5", "nuslerp:weight=1,3", "slerp:t=0.2", "nearswap:t=0.01", "model-stock:angle-per=filter",
    "multislerp", "passthrough:scale=0.5", "arcee-fusion", "emr:reconstruct=1",
  ])
  func theRecordMakesTheSameAgain(_ strategy: String) throws {
    let recipe = try MergeStrategy(parsing: strategy).recipe
    for (index, name) in ["base", "a", "b"].enumerated() {
      let added = index == 2 ? [try TestTensor("added", [2], [1, 2])] : []
      let removed = index == 1 ? [] : [try TestTensor("removed", [2], [3, 4])]
      try folder.write(tensors(seed: UInt64(index + 1)) + added + removed, to: "\(name)/model.safetensors")
    }
    let isPath = recipe.mergekit?.baseIsFirstModel == true
    let models = recipe.modelCount.upperBound == 1 || isPath ? ["b"] : ["a", "b"]
    try folder.merge(models, base: "base", strategy) { request, _ in
      request.dtype = .f16
      request.seed = 7
      request.missing = .take
    }
    try folder.mergeAgain("out", to: "again")
    #expect(try folder.read("again/model.safetensors") == folder.read("out/model.safetensors"))
  }
}
