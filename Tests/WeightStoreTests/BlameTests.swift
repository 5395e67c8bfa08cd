import Tensors
import Testing
import WeightStore

struct BlameTests {
  private static let path = MergeProject.path

  private static func model(_ values: Float...) throws -> [UInt8] {
    try safetensors(values.enumerated().map { MergeProject.vector("t\($0)", [$1]) })
  }

  /// By tensor: the commit's message.
  private func blame(
    _ repository: Repository, _ revision: ObjectID<Commit>, _ path: String = path, _ patterns: [String] = []
  ) throws -> [String: String] {
    let blamed = try repository.blame(
      RelativePath(path), in: revision, tensors: patterns.map { NamePattern($0) })
    return Dictionary(
      blamed.map { ($0.tensor?.name ?? "", $0.commit.message) }, uniquingKeysWith: { first, _ in "\(first) twice" })
  }

  @Test func eachTensorHasTheCommitThatChangedItLast() throws {
    let temporary = try TemporaryRepository()
    let versions: [(String, [UInt8])] = [
      ("first", try Self.model(1, 2, 3)), ("second", try Self.model(1, 20, 3)), ("third", try Self.model(1, 20, 30)),
      // What comes back is as new.
      ("fourth", try Self.model(1, 2, 30)),
    ]
    for (message, bytes) in versions {
      try temporary.write(bytes, to: Self.path)
      try temporary.write(Array(message.utf8), to: "notes")
      try temporary.commit(message)
    }
    let head = try #require(try temporary.repository.headCommitID())
    let repository = temporary.repository
    #expect(try blame(repository, head) == ["t0": "first", "t1": "fourth", "t2": "third"])
    #expect(try blame(repository, repository.resolve("HEAD~1")) == ["t0": "first", "t1": "second", "t2": "third"])
    #expect(try blame(repository, head, "notes") == ["": "fourth"])
    #expect(try blame(repository, head, Self.path, ["t[12]", "x"]) == ["t1": "fourth", "t2": "third"])
    #expect(try blame(repository, head, Self.path, ["x*"]) == [:])
    expectError(.unknownPath) { _ = try self.blame(repository, head, "none") }
  }

  @Test func aShapeOrATypeIsAChangeToo() throws {
    let temporary = try TemporaryRepository()
    try temporary.write(safetensors([("t", .f32, [2, 2], [UInt8](repeating: 1, count: 16))]), to: Self.path)
    try temporary.commit("square")
    try temporary.write(safetensors([("t", .f32, [4], [UInt8](repeating: 1, count: 16))]), to: Self.path)
    let flat = try temporary.commit("flat").id
    #expect(try blame(temporary.repository, flat) == ["t": "flat"])
  }

  @Test func mergesPassOnWhatTheyTookOver() throws {
    let project = try MergeProject([Self.path: Self.model(1, 1, 1, 1)])
    let left = try project.branch("left", [Self.path: Self.model(1, 2, 1, 5)])
    try project.branch("right", [Self.path: Self.model(1, 1, 3, 6)])
    let merge = try #require(
      try project.temporary.threeWay([left], resolving: [("t3", .compute(.init(name: "mean")))]).outcome)
    #expect(merge.commit.parents.count == 2)
    #expect(
      try blame(project.repository, merge.id)
        == ["t0": "base", "t1": "left", "t2": "right", "t3": "Merge"])
  }

  @Test func movedFilesAreFollowed() throws {
    let temporary = try TemporaryRepository()
    try temporary.write(Self.model(1, 2), to: "old.safetensors")
    try temporary.write(safetensors([MergeProject.vector("u", [9])]), to: "other.safetensors")
    try temporary.commit("first")
    try temporary.write(Self.model(1, 5), to: "old.safetensors")
    try temporary.commit("second")
    // Moved, and joined with another file; t0 changes on the way.
    for name in ["old", "other"] { try temporary.remove("\(name).safetensors") }
    try temporary.write(
      safetensors([
        MergeProject.vector("t0", [7]), MergeProject.vector("t1", [5]), MergeProject.vector("u", [9]),
      ]), to: "weights/new.safetensors")
    let moved = try temporary.commit("moved").id
    let path = try RelativePath("weights/new.safetensors")
    let blamed = try temporary.repository.blame(path, in: moved)
    #expect(blamed.map(\.commit.message) == ["moved", "second", "first"])
    #expect(blamed.map(\.path.text) == [path.text, "old.safetensors", "other.safetensors"])
  }

  /// What came down two branches is followed together from where they part.
  @Test func noCommitIsLookedAtTwice() throws {
    let project = try MergeProject([Self.path: Self.model(1, 1, 1)])
    let repository = project.repository
    var seconds = TemporaryRepository.signature.unixSeconds
    func commit(_ branch: String, _ values: Float..., onto parent: ObjectID<Commit>) throws -> ObjectID<Commit> {
      seconds += 1
      let signature = Commit.Signature(name: "Ada", email: "a@b.c", unixSeconds: seconds, zoneMinutes: 0)
      let model = try safetensors(values.enumerated().map { MergeProject.vector("t\($0)", [$1]) })
      return try repository.commit(
        files: [RelativePath(Self.path): MemorySource(model)], onto: parent, branch: branch, message: branch,
        author: signature, committer: signature, recipe: Recipe(kind: .import)
      ).id
    }
    var trunk = project.base
    for step in 0..<10 { trunk = try commit("trunk", 1, 1, Float(step), onto: trunk) }
    var left = trunk
    for step in 0..<5 { left = try commit("left", 1, 2, Float(100 + step), onto: left) }
    var right = trunk
    for step in 0..<5 { right = try commit("right", 1, 1, Float(200 + step), onto: right) }
    // All of it is the right branch's; the first tensor is the left one's too.
    _ = try repository.switchTo(.detached(left))
    let merge = try project.temporary.merge([right], weights: [left: 0, right: 1])
    var count = 0
    let blamed = try repository.blame(RelativePath(Self.path), in: merge.id) { count = $0 }
    #expect(blamed.map(\.id) == [project.base, project.base, right])
    #expect(count == 1 + 5 + 5 + 10 + 1)
  }
}
