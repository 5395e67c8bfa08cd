import Foundation
import Testing
import WeightStore

/// What lies beside the weights.
struct OtherFilesMergeTests {
  private static let path = MergeProject.path
  private static func model(_ value: Float) throws -> [UInt8] { try safetensors([MergeProject.vector("w", [value])]) }

  /// Merges two versions of one file and gives the result, or the conflicts.
  private func merge(
    _ path: String, base: String?, ours: String?, theirs: String?,
    resolving resolutions: [(String, MergeSpecification.Resolution.Choice)] = []
  ) throws -> (text: String?, conflicts: [String]) {
    let project = try MergeProject(["keep": [1]].merging(base.map { [path: Array($0.utf8)] } ?? [:]) { $1 })
    let left = try project.branch("theirs", [path: theirs.map { Array($0.utf8) }, "left": [1]])
    try project.branch("ours", [path: ours.map { Array($0.utf8) }, "right": [1]])
    switch try project.temporary.threeWay([left], resolving: resolutions) {
    case .conflicts(let plan):
      #expect(plan.fileConflicts.map(\.path.text) == [path])
      let marked = plan.fileConflicts[0].marked.map { String(decoding: $0, as: UTF8.self) }
      return (marked, plan.fileConflicts.compactMap { $0.conflict.map { "\($0)" } })
    case .made(let outcome): return (try project.contents(path, outcome.id), [])
    }
  }

  @Test func configurationsAreMergedKeyByKey() throws {
    let base = "{\n  \"a\": 1,\n  \"b\": 1e-05,\n  \"c\": 1\n}\n"
    // Next to each other: lines would conflict, keys do not.
    let merged = try merge(
      "config.json", base: base, ours: "{\n  \"a\": 2,\n  \"b\": 1e-05,\n  \"c\": 1\n}\n",
      theirs: "{\n  \"a\": 1,\n  \"b\": 1e-06,\n  \"c\": 1\n}\n")
    #expect(merged.text == "{\n  \"a\": 2,\n  \"b\": 0.000001,\n  \"c\": 1\n}\n")
    // Where lines merge as well, every byte stays as it was written.
    let spaced = "{\n  \"a\": 1,\n\n\n\n  \"eps\": 1e-05,\n\n\n\n  \"c\": 1\n}\n"
    let kept = try merge(
      "config.json", base: spaced, ours: spaced.replacingOccurrences(of: "\"a\": 1", with: "\"a\": 2"),
      theirs: spaced.replacingOccurrences(of: "\"c\": 1", with: "\"c\": 3"))
    #expect(kept.text == "{\n  \"a\": 2,\n\n\n\n  \"eps\": 1e-05,\n\n\n\n  \"c\": 3\n}\n")
  }

  @Test func configurationsConflictByKey() throws {
    let stopped = try merge(
      "config.json", base: "{\"a\": {\"x\": 1}, \"b\": 1}", ours: "{\"a\": {\"x\": 2}, \"b\": 1}",
      theirs: "{\"a\": {\"x\": 3}, \"b\": 2}")
    #expect(stopped.conflicts == ["members([\"a.x\"])"])
    #expect(stopped.text?.hasPrefix("<<<<<<< ours\n") == true)
    let resolved = try merge(
      "config.json", base: "{\"a\": 1}", ours: "{\"a\": 2}", theirs: "{\"a\": 3}",
      resolving: [("config.json", .theirs)])
    #expect(resolved.text == "{\"a\": 3}")
  }

  @Test func textsAreMergedLineByLine() throws {
    let merged = try merge("notes.md", base: "a\nb\nc\n", ours: "A\nb\nc\n", theirs: "a\nb\nc\nd\n")
    #expect(merged.text == "A\nb\nc\nd\n")
    let stopped = try merge("notes.md", base: "a\nb\nc\n", ours: "a\nX\nc\n", theirs: "a\nY\nc\n")
    #expect(stopped.conflicts == ["lines(1)"])
    #expect(stopped.text == "a\n<<<<<<< ours\nX\n=======\nY\n>>>>>>> side 1\nc\n")
    let added = try merge("new.md", base: nil, ours: "one\n", theirs: "two\n")
    #expect(added.text == "<<<<<<< ours\none\n=======\ntwo\n>>>>>>> side 1\n")
  }

  @Test func otherBytesAreTakenOrConflict() throws {
    #expect(try merge("blob", base: "\0a", ours: "\0a", theirs: "\0b").text == "\0b")
    let stopped = try merge("blob", base: "\0a", ours: "\0b", theirs: "\0c")
    #expect(stopped.conflicts == ["bytes"])
    #expect(stopped.text == nil)
    #expect(try merge("a", base: "1\n", ours: nil, theirs: "2\n").conflicts == ["deletedModified"])
    #expect(try merge("a", base: "1\n", ours: nil, theirs: "1\n").text == nil)
    #expect(try merge("a", base: "1\n", ours: nil, theirs: "2\n", resolving: [("a", .theirs)]).text == "2\n")
  }

  /// Moments in a checkpoint file are tensors, and are not averaged either.
  @Test func optimizerStateInACheckpointIsNeverAveraged() throws {
    let project = try MergeProject([Self.path: Self.model(1), "optimizer.safetensors": Self.model(1)])
    let left = try project.branch("left", [Self.path: Self.model(2), "optimizer.safetensors": Self.model(2)])
    try project.branch("right", [Self.path: Self.model(3), "optimizer.safetensors": Self.model(3)])
    let average = try project.temporary.merge([left])
    #expect(average.computedTensorCount == 1)
    #expect(average.notes == [.optimizerLeftOut(try RelativePath("optimizer.safetensors"))])
    #expect(try project.contents("optimizer.safetensors", average.id) == nil)
  }

  @Test func optimizerStateOfSeveralRunsIsLeftOut() throws {
    let project = try MergeProject([Self.path: Self.model(1), "optimizer.pt": [1]])
    let left = try project.branch("left", [Self.path: Self.model(2), "optimizer.pt": [2]])
    let right = try project.branch("right", [Self.path: Self.model(3), "optimizer.pt": [3]])
    func merged(_ choice: MergeSpecification.OptimizerChoice?) throws -> Repository.MergeOutcome {
      var specification = try project.repository.threeWayMerge(with: [left], base: nil)
      specification.resolutions = [MergeSpecification.Resolution(pattern: "w", choice: .ours)]
      specification.optimizer = choice
      let result = try project.repository.buildMerge(
        project.temporary.request(specification), parents: specification.sides)
      return try #require(result.outcome)
    }
    let path = try RelativePath("optimizer.pt")
    let without = try merged(nil)
    #expect(try project.contents("optimizer.pt", without.id) == nil)
    #expect(without.notes == [.optimizerLeftOut(path)])
    #expect(try project.contents("optimizer.pt", merged(.ours).id) == "\u{3}")
    #expect(try project.contents("optimizer.pt", merged(.theirs).id) == "\u{2}")
    // The state of the only run there was goes on.
    try project.branch("text", ["notes": [1]])
    let merge = try project.made(project.temporary.threeWay([right]))
    #expect(try project.contents("optimizer.pt", merge) == "\u{3}")
  }

  @Test func metadataAreMergedByKey() throws {
    func file(_ metadata: String, _ value: Float) -> [UInt8] {
      var header = Array(
        "{\"__metadata__\":{\(metadata)},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}".utf8)
      while header.count % 8 != 0 { header.append(0x20) }
      return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + littleEndian([value])
    }
    let project = try MergeProject([Self.path: file("\"format\":\"pt\"", 1)])
    let left = try project.branch("left", [Self.path: file("\"format\":\"pt\",\"run\":\"left\"", 1)])
    let other = try project.branch("other", [Self.path: file("\"format\":\"pt\",\"run\":\"other\"", 1)])
    try project.branch("right", [Self.path: file("\"format\":\"pt\",\"by\":\"me\"", 2)])
    let merge = try project.made(project.temporary.threeWay([left]))
    let bytes = try #require(try project.contents(Self.path, merge))
    #expect(bytes.contains(#"{"__metadata__":{"format":"pt","by":"me","run":"left"}"#))
    let outcome = try #require(try project.temporary.threeWay([left, other]).outcome)
    #expect(outcome.notes == [.metadataConflict(try RelativePath(Self.path), keys: ["run"])])
  }
}
