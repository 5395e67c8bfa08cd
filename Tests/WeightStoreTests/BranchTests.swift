import Testing
import WeightStore

struct BranchTests {
  @Test func createMoveAndDelete() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    try temporary.write([1], to: "a")
    let first = try temporary.commit("first").id
    try temporary.write([2], to: "a")
    let second = try temporary.commit("second").id
    try repository.createBranch("old", at: first)
    try repository.createBranch("side/x", at: second)
    #expect(try repository.branches().map(\.name) == ["main", "old", "side/x"])
    expectError(.branchExists) { try repository.createBranch("old", at: second) }
    expectError(.branchMoved) { try repository.createBranch("old", at: second, replacing: second) }
    try repository.createBranch("old", at: second, replacing: first)
    #expect(try repository.resolve("old") == second)
    expectError(.branchInUse) { try repository.createBranch("main", at: first, replacing: second) }
    expectError(.branchExists) { try repository.createBranch("side", at: first) }
    expectError(.branchExists) { try repository.createBranch("old/y", at: first) }
    expectError(.branchInUse) { _ = try repository.deleteBranch("main") }
    expectError(.unknownBranch) { _ = try repository.deleteBranch("nothing") }
    #expect(try repository.deleteBranch("old") == second)
  }

  @Test func commitsThatNoOtherBranchHoldsAreKept() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    try temporary.write([1], to: "a")
    let first = try temporary.commit("first").id
    _ = try repository.switchTo(.newBranch("side", at: first))
    try temporary.write([2], to: "a")
    let second = try temporary.commit("second").id
    _ = try repository.switchTo(.branch("main"))
    expectError(.branchNotMerged) { _ = try repository.deleteBranch("side") }
    // What is checked out holds it too.
    _ = try repository.switchTo(.detached(second))
    _ = try repository.deleteBranch("side")
    _ = try repository.switchTo(.branch("main"))
    try repository.createBranch("side", at: second)
    #expect(try repository.deleteBranch("side", force: true) == second)
  }
}
