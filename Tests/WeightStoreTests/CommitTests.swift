import Testing
import WeightStore

struct CommitTests {
  @Test func commitAndCheckOutByteForByte() throws {
    let temporary = try TemporaryRepository()
    let first = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    try temporary.write(first, to: "data/file.bin")
    let a = try temporary.commit("first")
    try temporary.write([1, 2, 3], to: "data/file.bin")
    let b = try temporary.commit("second")
    #expect(b.commit.parents == [a.id])
    _ = try temporary.repository.switchTo(.detached(a.id))
    #expect(try temporary.read("data/file.bin") == first)
    _ = try temporary.repository.switchTo(.branch("main"))
    #expect(try temporary.read("data/file.bin") == [1, 2, 3])
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }
}
