import Testing
import WeightStore

struct OperationLogTests {
  @Test func everyMoveIsRecordedWithBeforeAndAfter() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    let main = try RefName.branch("main")
    let side = try RefName.branch("side")
    try temporary.write([1], to: "a")
    let first = try temporary.commit("first").id
    try repository.createBranch("side", at: first)
    _ = try repository.switchTo(.branch("side"))
    _ = try repository.switchTo(.detached(first))
    _ = try repository.deleteBranch("side")

    let log = try repository.operations(limit: 10).map(\.operation)
    #expect(
      log.map(\.description) == [
        "branch: delete side", "switch: detach at \(first.short)", "switch: side", "branch: create side",
        "commit: first",
      ])
    #expect(log[4].refChanges == [Operation.RefChange(name: main, before: nil, after: first)])
    #expect(log[3].refChanges == [Operation.RefChange(name: side, before: nil, after: first)])
    #expect(log[0].refChanges == [Operation.RefChange(name: side, before: first, after: nil)])
    #expect(log[2].headBefore == .branch(main))
    #expect(log[2].headAfter == .branch(side))
    #expect(log[1].headAfter == .detached(first))
    #expect(log[4].previous == nil)
    #expect(zip(log, log.dropFirst()).allSatisfy { $0.previous == $1.id })
    #expect(try repository.operations(limit: 2).count == 2)
  }

  @Test func whatMovesNoRefIsNotRecorded() throws {
    let temporary = try TemporaryRepository()
    try temporary.write([1], to: "a")
    try temporary.commit("first")
    try temporary.write([2], to: "a")
    _ = try temporary.repository.add([nil])
    _ = try temporary.repository.unstage([nil])
    _ = try temporary.repository.restore([nil], from: nil)
    _ = try temporary.repository.switchTo(.branch("main"))
    expectError(.nothingToCommit) { try temporary.commit("nothing") }
    #expect(try temporary.repository.operations(limit: 10).count == 1)
  }
}
