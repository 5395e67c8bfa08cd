import Testing
import WeightStore

struct UndoTests {
  private func history() throws -> (TemporaryRepository, first: ObjectID<Commit>, second: ObjectID<Commit>) {
    let temporary = try TemporaryRepository()
    try temporary.write([1], to: "file")
    let first = try temporary.commit("first")
    try temporary.write([2], to: "file")
    return (temporary, first.id, try temporary.commit("second").id)
  }

  @Test func undoneCommitIsStagedAgain() throws {
    let (temporary, first, _) = try history()
    let outcome = try temporary.repository.undo()
    #expect(outcome.commit == first)
    #expect(try temporary.read("file") == [2])
    let status = try temporary.repository.status()
    #expect(status.staged.map(\.path.text) == ["file"])
    #expect(status.unstaged.isEmpty)
  }

  @Test func undoAndRedoWalkBothWays() throws {
    let (temporary, first, second) = try history()
    let repository = temporary.repository
    #expect(try repository.undo().commit == first)
    #expect(try repository.undo().commit == nil)
    #expect(throws: StoreError.self) { try repository.undo() }
    #expect(try repository.redo().commit == first)
    #expect(try repository.undo().commit == nil)
    #expect(try repository.redo().commit == first)
    #expect(try repository.redo().commit == second)
    #expect(throws: StoreError.self) { try repository.redo() }
    #expect(try repository.headCommitID() == second)
    #expect(try repository.checkIntegrity().isEmpty)
  }

  @Test func undoneSwitchBringsTheFilesBack() throws {
    let (temporary, first, _) = try history()
    _ = try temporary.repository.switchTo(.detached(first))
    #expect(try temporary.read("file") == [1])
    let outcome = try temporary.repository.undo()
    #expect(outcome.head.branchName == "main")
    #expect(try temporary.read("file") == [2])
    #expect(try temporary.repository.status().isClean)
  }

  @Test func undoNeverOverwritesLocalChanges() throws {
    let (temporary, first, _) = try history()
    _ = try temporary.repository.switchTo(.detached(first))
    try temporary.write([3], to: "file")
    let error = #expect(throws: StoreError.self) { try temporary.repository.undo() }
    #expect(error?.code == .wouldOverwrite)
    #expect(try temporary.read("file") == [3])
    #expect(try temporary.repository.headCommitID() == first)
  }

  @Test func deletedBranchComesBack() throws {
    let (temporary, first, second) = try history()
    try temporary.repository.createBranch("old", at: first)
    _ = try temporary.repository.deleteBranch("old")
    _ = try temporary.repository.undo()
    #expect(try temporary.repository.branches().map(\.name) == ["main", "old"])
    #expect(try temporary.repository.headCommitID() == second)
  }

  @Test func restoreGoesBackToAnyOperation() throws {
    let (temporary, first, second) = try history()
    let repository = temporary.repository
    try repository.createBranch("old", at: first)
    let outcome = try repository.restore(toOperation: 1)
    #expect(outcome.commit == first)
    #expect(try repository.branches().map(\.name) == ["main"])
    #expect(try temporary.read("file") == [1])
    _ = try repository.undo()
    #expect(try repository.headCommitID() == second)
    #expect(try repository.branches().map(\.name) == ["main", "old"])
    #expect(try repository.checkIntegrity().isEmpty)
    let error = #expect(throws: StoreError.self) { try repository.restore(toOperation: 99) }
    #expect(error?.code == .nothingToUndo)
  }
}
