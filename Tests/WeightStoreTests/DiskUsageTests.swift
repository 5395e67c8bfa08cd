import Testing
import WeightStore

struct DiskUsageTests {
  @Test func sharesAndOwnParts() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    let shared = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
    try temporary.write(shared, to: "shared")
    let first = try temporary.commit("first")
    _ = try repository.switchTo(.newBranch("side", at: first.id))
    try temporary.write(shared.reversed() + shared, to: "own")
    let second = try temporary.commit("second")
    let usage = try repository.diskUsage()
    let main = try #require(usage.branches.first { $0.name == "main" })
    let side = try #require(usage.branches.first { $0.name == "side" })
    #expect(main.ownByteCount == 0)
    #expect(side.byteCount > main.byteCount)
    #expect(side.byteCount == main.byteCount + side.ownByteCount)
    #expect(usage.commits.map(\.id) == [first.id, second.id])
    #expect(usage.commits.map(\.byteCount) == [first.storedByteCount, second.storedByteCount])
  }
}
