import Foundation
import Tensors
import Testing
import WeightStore

struct ThreeWayMergeTests {
  private typealias Tensors = MergeProject.Tensors
  private static func vector(_ name: String, _ values: Float...) -> Tensors.Element {
    MergeProject.vector(name, values)
  }
  private static let path = MergeProject.path

  @Test func changesOfDifferentTensorsAreTakenWhole() throws {
    let project = try MergeProject([
      Self.path: safetensors([Self.vector("a", 1), Self.vector("b", 2), Self.vector("c", 3)])
    ])
    let left = try project.branch(
      "left", [Self.path: safetensors([Self.vector("a", 10), Self.vector("b", 2), Self.vector("c", 3)])])
    let right = try project.branch(
      "right", [Self.path: safetensors([Self.vector("a", 1), Self.vector("b", 2), Self.vector("c", 30)])])
    let outcome = try #require(try project.temporary.threeWay([left]).outcome)
    #expect(outcome.commit.parents == [right, left])
    #expect(outcome.commit.recipe.base == project.base)
    #expect(outcome.commit.recipe.method == "three-way")
    #expect(outcome.computedTensorCount == 0)
    #expect(outcome.statusCounts == [.ours: 1, .theirs: 1, .unchanged: 1])
    // The very file that git would make of it, byte for byte, and no new weights.
    let expected = try safetensors([Self.vector("a", 10), Self.vector("b", 2), Self.vector("c", 30)])
    #expect(try project.repository.contents(of: RelativePath(Self.path), in: outcome.id) == expected)
    _ = try project.repository.fastForward(to: outcome.id, description: "merge", removing: outcome.candidate)
    #expect(try project.temporary.read(Self.path) == expected)
    #expect(try project.repository.status().isClean)
    #expect(try project.repository.checkIntegrity().isEmpty)
  }

  @Test func aFileThatOneSideTouchedIsThatFile() throws {
    let project = try MergeProject([Self.path: safetensors([Self.vector("a", 1)]), "other": [1]])
    let left = try project.branch("left", [Self.path: safetensors([Self.vector("a", 10), Self.vector("new", 5)])])
    try project.branch("right", ["other": [2]])
    let merge = try project.made(project.temporary.threeWay([left]))
    let path = try RelativePath(Self.path)
    #expect(try project.repository.tree(of: merge).entries[path] == project.repository.tree(of: left).entries[path])
  }

  @Test func changesOfBothSidesConflictAndAreResolved() throws {
    let project = try MergeProject([
      Self.path: safetensors([Self.vector("l.0.w", 1), Self.vector("l.1.w", 2), Self.vector("h", 3)])
    ])
    let left = try project.branch(
      "left", [Self.path: safetensors([Self.vector("l.0.w", 3), Self.vector("l.1.w", 4), Self.vector("h", 5)])])
    try project.branch(
      "right", [Self.path: safetensors([Self.vector("l.0.w", 5), Self.vector("l.1.w", 6), Self.vector("h", 7)])])
    let stopped = try project.temporary.threeWay([left])
    #expect(stopped.conflicts == ["l.0.w: both", "l.1.w: both", "h: both"])
    #expect(try project.temporary.names(in: ".wgit/tmp") == [])
    let mean = MergeSpecification.Method(name: "mean")
    let some = try project.temporary.threeWay([left], resolving: [("l.*", .compute(mean))])
    #expect(some.conflicts == ["h: both"])
    for (choice, value) in [(MergeSpecification.Resolution.Choice.ours, Float(7)), (.theirs, 5), (.base, 3)] {
      let merge = try project.made(
        project.temporary.threeWay([left], resolving: [("h", choice), ("l.*", .compute(mean))]))
      #expect(
        try project.tensors(merge)
          == ["l.0.w": littleEndian([4]), "l.1.w": littleEndian([5]), "h": littleEndian([value])])
    }
  }

  @Test func aPatternThatFitsNothingIsRefused() throws {
    let project = try MergeProject([Self.path: safetensors([Self.vector("a", 1)])])
    let left = try project.branch("left", [Self.path: safetensors([Self.vector("a", 2)])])
    try project.branch("right", [Self.path: safetensors([Self.vector("a", 3)])])
    var specification = try project.repository.threeWayMerge(with: [left], base: nil)
    for (resolutions, only) in [(["head.*"], []), (["a", "head.*"], []), (["a"], ["head.*"])] {
      specification.resolutions = resolutions.map { MergeSpecification.Resolution(pattern: $0, choice: .ours) }
      specification.only = only
      var request = project.temporary.request(specification)
      request.refusesIdlePatterns = true
      let error = expectError(.idlePattern) { _ = try project.repository.buildMerge(request, parents: []) }
      #expect(error?.subjects.count == 1)
    }
  }

  @Test func onlyLeavesTheRestAtOurs() throws {
    let project = try MergeProject([Self.path: safetensors([Self.vector("a", 1), Self.vector("b", 2)]), "notes": [1]])
    let left = try project.branch(
      "left",
      [Self.path: safetensors([Self.vector("a", 10), Self.vector("b", 20), Self.vector("c", 30)]), "notes": [2]])
    try project.branch("right", ["other": [1]])
    let merge = try project.made(project.temporary.threeWay([left], only: ["b"]))
    #expect(try project.tensors(merge) == ["a": littleEndian([1]), "b": littleEndian([20])])
    #expect(try project.contents("notes", merge) == "\u{1}")
  }

  @Test func addedAndDeletedTensorsFollow() throws {
    let project = try MergeProject([Self.path: safetensors([Self.vector("a", 1), Self.vector("gone", 2)])])
    let left = try project.branch(
      "left", [Self.path: safetensors([Self.vector("a", 1), Self.vector("gone", 2), Self.vector("new", 3)])])
    try project.branch("right", [Self.path: safetensors([Self.vector("a", 5)])])
    let merge = try project.made(project.temporary.threeWay([left]))
    #expect(try project.tensors(merge) == ["a": littleEndian([5]), "new": littleEndian([3])])
    let changed = try project.branch(
      "changed", [Self.path: safetensors([Self.vector("a", 1), Self.vector("gone", 9)])])
    _ = try project.repository.switchTo(.branch("right"))
    #expect(try project.temporary.threeWay([changed]).conflicts == ["gone: deleted-modified"])
    let kept = try project.made(project.temporary.threeWay([changed], resolving: [("gone", .theirs)]))
    #expect(try project.tensors(kept)["gone"] == littleEndian([9]))
    let dropped = try project.made(project.temporary.threeWay([changed], resolving: [("gone", .ours)]))
    #expect(try project.tensors(dropped)["gone"] == nil)
  }

  @Test func aConversionOfOneSideMeetsAChangeOfTheOther() throws {
    let values: [Float] = [1.5, -0.1, Float(bitPattern: 200_000), .infinity, .nan]
    let half = try FloatConversion.bytes(values, as: .bf16)
    let project = try MergeProject([Self.path: safetensors([MergeProject.vector("w", values)])])
    let converted = try project.branch("converted", [Self.path: safetensors([("w", .bf16, [5], half)])])
    let changed: [Float] = [2.5, 0.3, 1, 2, 3]
    try project.branch("changed", [Self.path: safetensors([MergeProject.vector("w", changed)])])
    let merge = try project.made(project.temporary.threeWay([converted]))
    #expect(try project.tensors(merge)["w"] == FloatConversion.bytes(changed, as: .bf16))
    // Values that moved as well are a change.
    let moved = try FloatConversion.bytes([1.5, -0.2, 0, .infinity, .nan] as [Float], as: .bf16)
    let other = try project.branch("other", [Self.path: safetensors([("w", .bf16, [5], moved)])])
    _ = try project.repository.switchTo(.branch("changed"))
    #expect(try project.temporary.threeWay([other]).conflicts == ["w: both"])
  }

  @Test func countersOfStepsAreTheLargest() throws {
    func model(_ count: UInt8, _ value: Float) throws -> [UInt8] {
      try safetensors([
        ("bn.num_batches_tracked", .i64, [], [count, 0, 0, 0, 0, 0, 0, 0]), Self.vector("w\(count)", value),
      ])
    }
    let project = try MergeProject([Self.path: model(1, 1)])
    let left = try project.branch("left", [Self.path: model(9, 1)])
    try project.branch("right", [Self.path: model(7, 1)])
    let merge = try project.made(project.temporary.threeWay([left]))
    #expect(try project.tensors(merge)["bn.num_batches_tracked"]?.first == 9)
  }

  @Test func shardsAreMatchedByTensor() throws {
    let names = (1...2).map { "model-0000\($0)-of-00002.safetensors" }
    let a = Self.vector("a", 1)
    let b = Self.vector("b", 2)
    let index = #"{"metadata": {"total_size": 8}, "weight_map": {"a": "\#(names[0])", "b": "\#(names[1])"}}"#
    let project = try MergeProject([
      names[0]: safetensors([a]), names[1]: safetensors([b]), "model.safetensors.index.json": Array(index.utf8),
    ])
    // One side put all into one file and changed a; the other changed b and added c.
    let joined = try project.branch(
      "joined",
      [
        names[0]: nil, names[1]: nil, "model.safetensors.index.json": nil,
        "model.safetensors": safetensors([Self.vector("a", 10), b]),
      ])
    try project.branch("grown", [names[1]: safetensors([Self.vector("b", 20), Self.vector("c", 30)])])
    let merge = try project.made(project.temporary.threeWay([joined]))
    let tree = try project.repository.tree(of: merge)
    #expect(tree.paths.map(\.text) == names + ["model.safetensors.index.json"])
    #expect(try project.tensors(merge, names[0]) == ["a": littleEndian([10])])
    #expect(try project.tensors(merge, names[1]) == ["b": littleEndian([20]), "c": littleEndian([30])])
    let text = try #require(try project.contents("model.safetensors.index.json", merge))
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(json?["weight_map"] as? [String: String] == ["a": names[0], "b": names[1], "c": names[1]])
    #expect((json?["metadata"] as? [String: Any])?["total_size"] as? Int == 12)
  }

  @Test func severalBranchesAreMergedAtOnce() throws {
    func model(_ a: Float, _ b: Float, _ c: Float) throws -> [UInt8] {
      try safetensors([Self.vector("a", a), Self.vector("b", b), Self.vector("c", c)])
    }
    let project = try MergeProject([Self.path: model(1, 1, 1)])
    let one = try project.branch("one", [Self.path: model(2, 1, 1)])
    let two = try project.branch("two", [Self.path: model(2, 3, 1)])
    let three = try project.branch("three", [Self.path: model(1, 1, 4)])
    let merge = try #require(try project.temporary.threeWay([one, two]).outcome)
    #expect(merge.commit.parents == [three, one, two])
    #expect(
      try project.tensors(merge.id) == ["a": littleEndian([2]), "b": littleEndian([3]), "c": littleEndian([4])])
    let other = try project.branch("other", [Self.path: model(9, 1, 1)])
    #expect(try project.temporary.threeWay([one, two]).conflicts == ["a: both"])
    #expect(try project.repository.headCommitID() == other)
  }

  @Test func severalMergeBasesAreListed() throws {
    let project = try MergeProject([Self.path: safetensors([Self.vector("a", 1), Self.vector("b", 1)])])
    let one = try project.branch("one", [Self.path: safetensors([Self.vector("a", 2), Self.vector("b", 1)])])
    let two = try project.branch("two", [Self.path: safetensors([Self.vector("a", 1), Self.vector("b", 2)])])
    let left = try #require(try project.temporary.threeWay([one]).outcome)
    _ = try project.repository.fastForward(to: left.id, description: "merge", removing: left.candidate)
    _ = try project.repository.switchTo(.newBranch("right", at: one))
    let right = try #require(try project.temporary.threeWay([two]).outcome)
    _ = try project.repository.fastForward(to: right.id, description: "merge", removing: right.candidate)
    try project.temporary.write([1], to: "more")
    try project.temporary.commit("more")
    let error = expectError(.severalMergeBases) { _ = try project.temporary.threeWay([left.id]) }
    #expect(error?.subjects == [one, two].sorted().map(\.hex))
    let merge = try project.made(project.temporary.threeWay([left.id], base: project.base))
    #expect(try project.tensors(merge) == ["a": littleEndian([2]), "b": littleEndian([2])])
  }
}
