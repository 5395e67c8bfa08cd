import Testing
import WeightStore

struct OpenMergeTests {
  private let project: MergeProject
  private let left: ObjectID<Commit>
  private let right: ObjectID<Commit>
  private var repository: Repository { project.repository }
  private static let path = MergeProject.path
  private static func model(_ value: Float) throws -> [UInt8] { try safetensors([MergeProject.vector("w", [value])]) }

  init() throws {
    project = try MergeProject([Self.path: Self.model(1), "notes": Array("a\nb\nc\n".utf8), "blob": [0, 1]])
    left = try project.branch(
      "left", [Self.path: Self.model(2), "notes": Array("a\nX\nc\n".utf8), "blob": [0, 2], "new": [7]])
    right = try project.branch("right", [Self.path: Self.model(3), "notes": Array("a\nY\nc\n".utf8), "blob": [0, 3]])
  }

  private func stop() throws -> OpenMerge {
    let specification = try repository.threeWayMerge(with: [left], base: nil)
    let open = OpenMerge(
      specification: specification, names: ["HEAD", "left"], message: "Merge left", isGated: false, isStrict: false)
    guard
      case .conflicts(let plan) = try repository.buildMerge(
        project.temporary.request(specification), parents: specification.sides)
    else { throw StoreError(.mergeConflict, "no conflict") }
    return try repository.stop(open, at: plan)
  }

  private func finish(_ open: OpenMerge) throws -> Repository.MergeResult {
    var request = project.temporary.request(open.specification)
    request.filesMadeByHand = try repository.filesMadeByHand()
    return try repository.buildMerge(request, parents: open.specification.sides)
  }

  @Test func aStoppedMergeIsKept() throws {
    let open = try stop()
    #expect(open.tensorConflictCount == 1)
    #expect(open.files.map(\.path.text) == ["blob", "notes"])
    #expect(try project.temporary.reopen().openMerge() == open)
    #expect(try repository.headCommitID() == right)
    #expect(String(decoding: try project.temporary.read("notes"), as: UTF8.self).contains("<<<<<<< ours\nY\n"))
    #expect(try project.temporary.read("blob") == [0, 3])
    #expect(try project.temporary.read(Self.path) == Self.model(3))
    // Nothing moves away from under it.
    expectError(.mergeInProgress) { _ = try project.temporary.commit("no") }
    expectError(.mergeInProgress) { _ = try repository.switchTo(.branch("left")) }
    expectError(.mergeInProgress) { _ = try repository.undo() }
    expectError(.mergeInProgress) { _ = try repository.fastForward(to: right, description: "no") }
    try repository.createBranch("another", at: left)
  }

  @Test func abortPutsEverythingBack() throws {
    _ = try stop()
    try project.temporary.write([9], to: "notes")
    try project.temporary.write(Self.model(5), to: Self.path)
    try project.temporary.write([1], to: "mine")
    _ = try repository.add([nil])
    try repository.abortMerge()
    #expect(try repository.openMerge() == nil)
    #expect(try repository.headCommitID() == right)
    let status = try repository.status()
    #expect(status.staged.isEmpty && status.unstaged.isEmpty)
    #expect(status.untracked.map(\.text) == ["mine"])
    #expect(try project.temporary.read(Self.path) == Self.model(3))
    #expect(try project.temporary.read("notes") == Array("a\nY\nc\n".utf8))
    expectError(.noOpenMerge) { try repository.abortMerge() }
  }

  @Test func decisionsAndFilesMadeByHandFinishIt() throws {
    var open = try stop()
    open.specification.resolutions = [
      .init(pattern: "w", choice: .compute(.init(name: "mean"))), .init(pattern: "blob", choice: .theirs),
    ]
    guard case .conflicts(let plan) = try finish(open) else { throw StoreError(.mergeConflict, "no conflict") }
    open = try repository.stop(open, at: plan)
    #expect(open.files.map(\.path.text) == ["notes"])
    #expect(open.tensorConflictCount == 0)
    try project.temporary.write(Array("a\nX and Y\nc\n".utf8), to: "notes")
    _ = try repository.add([try RelativePath("notes")])
    open = try #require(try repository.openMerge())
    #expect(open.files == [])
    let outcome = try #require(try finish(open).outcome)
    _ = try repository.fastForward(
      to: outcome.id, description: "merge", removing: outcome.candidate, closesMerge: true)
    #expect(try repository.openMerge() == nil)
    #expect(outcome.commit.parents == [right, left])
    #expect(outcome.commit.recipe.details["byHand"] == ["notes"])
    #expect(try project.temporary.read("notes") == Array("a\nX and Y\nc\n".utf8))
    #expect(try project.temporary.read(Self.path) == Self.model(2.5))
    #expect(try project.temporary.read("blob") == [0, 2])
    #expect(try project.temporary.read("new") == [7])
    #expect(try repository.status().isClean)
    // Taken back as any merge.
    _ = try repository.undo()
    #expect(try project.temporary.read(Self.path) == Self.model(3))
    #expect(try repository.headCommitID() == right)
  }

  @Test func stagingAsItWasDecidesForOurs() throws {
    var open = try stop()
    open.specification.resolutions = [.init(pattern: "*", choice: .theirs)]
    try project.temporary.write(Array("a\nY\nc\n".utf8), to: "notes")
    _ = try repository.add([nil])
    let settled = try #require(try repository.openMerge())
    #expect(settled.files == [])
    open.files = settled.files
    let outcome = try #require(try finish(open).outcome)
    #expect(try project.contents("notes", outcome.id) == "a\nY\nc\n")
    #expect(try repository.contents(of: RelativePath("blob"), in: outcome.id) == [0, 3])
    #expect(try project.tensors(outcome.id)["w"] == littleEndian([2]))
  }

  @Test func aCheckpointMadeByHandIsTheResult() throws {
    let open = try stop()
    try project.temporary.write(Self.model(42), to: Self.path)
    try project.temporary.write([0, 9], to: "blob")
    try project.temporary.write([1], to: "notes")
    _ = try repository.add([nil])
    let outcome = try #require(try finish(open).outcome)
    #expect(try project.tensors(outcome.id)["w"] == littleEndian([42]))
  }

  @Test func aChoiceTakesBackTheMarkedText() throws {
    var open = try stop()
    open.specification.resolutions = [.init(pattern: "*", choice: .theirs)]
    guard case .made = try finish(open) else { throw StoreError(.mergeConflict, "conflicts") }
    let plan = try repository.planMerge(project.temporary.request(open.specification), readsWeights: true)
    open = try repository.stop(open, at: plan)
    #expect(try project.temporary.read("notes") == Array("a\nY\nc\n".utf8))
    let outcome = try #require(try finish(open).outcome)
    _ = try repository.fastForward(to: outcome.id, description: "merge", removing: outcome.candidate, closesMerge: true)
    #expect(try project.temporary.read("notes") == Array("a\nX\nc\n".utf8))
  }

  @Test func garbageCollectionKeepsWhatIsMerged() throws {
    _ = try stop()
    _ = try repository.deleteBranch("left", force: true)
    _ = try repository.collectGarbage(graceSeconds: 0, undoSeconds: 0)
    #expect(try repository.store.contains(left))
    try repository.abortMerge()
    _ = try repository.collectGarbage(graceSeconds: 0, undoSeconds: -1)
    #expect(try !repository.store.contains(left))
  }
}
