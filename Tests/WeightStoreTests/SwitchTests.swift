import Testing
import WeightStore

struct SwitchTests {
  private let temporary: TemporaryRepository
  private let first: ObjectID<Commit>
  private let second: ObjectID<Commit>
  private var repository: Repository { temporary.repository }

  /// `first` has the files `a`, `d/x`, `same`; `second`, checked out, has `a/b`, `d`, `same`.
  init() throws {
    temporary = try TemporaryRepository()
    try temporary.write([1], to: "a")
    try temporary.write([1], to: "d/x")
    try temporary.write([1], to: "same")
    first = try temporary.commit("first").id
    try temporary.remove("a")
    try temporary.remove("d")
    try temporary.write([2], to: "a/b")
    try temporary.write([2], to: "d")
    second = try temporary.commit("second").id
  }

  private func refuses(_ paths: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let error = expectError(.wouldOverwrite, sourceLocation: sourceLocation) {
      _ = try repository.switchTo(.detached(first))
    }
    #expect(error?.subjects == paths, sourceLocation: sourceLocation)
    #expect(try repository.headCommitID() == second, sourceLocation: sourceLocation)
    #expect(try temporary.names(in: ".wgit/tmp") == [], sourceLocation: sourceLocation)
  }

  @Test func filesBecomeFoldersAndFoldersBecomeFiles() throws {
    _ = try repository.switchTo(.detached(first))
    #expect(try temporary.read("a") == [1])
    #expect(try temporary.read("d/x") == [1])
    #expect(try repository.status().isClean)
    #expect(try repository.head() == .detached(first))
    _ = try repository.switchTo(.branch("main"))
    #expect(try temporary.read("a/b") == [2])
    #expect(try temporary.read("d") == [2])
    #expect(try repository.status().isClean)
  }

  @Test func localChangesAreNotOverwritten() throws {
    try temporary.write([9], to: "d")
    try refuses(["d"])
    #expect(try temporary.read("d") == [9])
    #expect(try temporary.read("a/b") == [2])
    _ = try repository.add([nil])
    try refuses(["d"])
  }

  @Test func changesToOtherFilesAreKept() throws {
    try temporary.write([8], to: "same")
    try temporary.write([9], to: "staged")
    _ = try repository.add([RelativePath("staged")])
    _ = try repository.switchTo(.detached(first))
    #expect(try temporary.read("same") == [8])
    let status = try repository.status()
    #expect(status.staged.map(\.path.text) == ["staged"])
    #expect(status.unstaged.map(\.path.text) == ["same"])
  }

  @Test func untrackedFilesInTheWayAreKept() throws {
    try temporary.write([7], to: "a/mine")
    try refuses(["a/mine"])
    #expect(try temporary.read("a/mine") == [7])
    try temporary.remove("a/mine")
    try temporary.write([7], to: "a/.git/config")
    try refuses(["a"])
  }

  @Test func emptyFoldersAreNotInTheWay() throws {
    try temporary.write([7], to: "a/x/y/z")
    try temporary.remove("a/x/y/z")
    _ = try repository.switchTo(.detached(first))
    #expect(try temporary.read("a") == [1])
  }

  @Test func aStagedRemovalDoesNotDeleteTheUntrackedFile() throws {
    try temporary.remove("d")
    _ = try repository.add([nil])
    try temporary.write([5], to: "d")
    try refuses(["d"])
    #expect(try temporary.read("d") == [5])
  }

  @Test func aLinkInThePlaceOfAFileIsKept() throws {
    try temporary.remove("d")
    try temporary.link("d", to: "same")
    try refuses(["d"])
    #expect(try temporary.read("d") == [1])
  }

  @Test func nothingIsWrittenThroughALinkedFolder() throws {
    let outside = try TemporaryRepository()
    _ = try repository.switchTo(.detached(first))
    try temporary.remove("d")
    try temporary.link("d", to: outside.folder)
    expectError(.unsafePath) { _ = try repository.restore([RelativePath("d/x")], from: nil) }
    _ = expectError(.wouldOverwrite) { _ = try repository.switchTo(.branch("main")) }
    #expect(!outside.exists("x"))
    let third = try TemporaryRepository()
    try third.write([1], to: "x/y")
    try third.commit("folder")
    try third.remove("x")
    try third.link("x", to: outside.folder)
    expectError(.unsafePath) { _ = try third.repository.restore([nil], from: nil) }
    #expect(!outside.exists("y"))
  }

  @Test func anInterruptedCheckoutCanBeRepeated() throws {
    // As a process leaves it that died between its files: some are there, some are gone, the stage is the old one.
    try temporary.remove("a")
    try temporary.write([1], to: "a")
    try temporary.remove("d")
    let outcome = try repository.switchTo(.detached(first))
    #expect(outcome.written.map(\.text) == ["a", "d/x"])
    #expect(try repository.status().isClean)
  }

  @Test func aDetachedHeadMovesWithItsCommits() throws {
    _ = try repository.switchTo(.detached(first))
    try temporary.write([4], to: "same")
    let third = try temporary.commit("third")
    #expect(third.branch == nil)
    #expect(third.commit.parents == [first])
    #expect(try repository.head() == .detached(third.id))
    #expect(try repository.branches().map(\.target) == [second])
  }

  @Test func unknownAndExistingBranches() throws {
    expectError(.unknownBranch) { _ = try repository.switchTo(.branch("nothing")) }
    expectError(.branchExists) { _ = try repository.switchTo(.newBranch("main", at: first)) }
    expectError(.branchExists) { _ = try repository.switchTo(.newBranch("main/sub", at: first)) }
    expectError(.invalidName) { _ = try repository.switchTo(.newBranch("a..b", at: first)) }
    expectError(.missingObject) { _ = try repository.switchTo(.detached(ObjectID(.zero))) }
    #expect(try repository.head().branchName == "main")
  }

  @Test func aBranchThatMovedMeanwhileIsNotRewound() throws {
    expectError(.branchMoved) { _ = try repository.fastForward(to: first, description: "back") }
    #expect(try repository.headCommitID() == second)
  }
}
