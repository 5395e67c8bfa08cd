import Testing
import WeightStore

struct WriterLockTests {
  @Test func theSecondWriterWaitsAndThenGivesUp() throws {
    let temporary = try TemporaryRepository()
    let layout = temporary.repository.layout
    let lock = try WriterLock(layout, timeoutSeconds: 1)
    expectError(.busy) { _ = try WriterLock(layout, timeoutSeconds: 0.05) }
    withExtendedLifetime(lock) {}
  }

  @Test func itIsFreeAfterwardsAndTheFileStays() throws {
    let temporary = try TemporaryRepository()
    for _ in 0..<3 { _ = try WriterLock(temporary.repository.layout, timeoutSeconds: 0) }
    #expect(temporary.exists(".wgit/lock"))
  }

  @Test func leftOversOfADeadWriterAreRemoved() throws {
    let temporary = try TemporaryRepository()
    try temporary.write([1, 2], to: ".wgit/tmp/write-1-2")
    _ = try WriterLock(temporary.repository.layout, timeoutSeconds: 0)
    #expect(try temporary.names(in: ".wgit/tmp") == [])
  }

  @Test func manyPacksNeedFewOpenFiles() throws {
    let temporary = try TemporaryRepository()
    for number in 0..<150 {
      _ = try temporary.repository.commit(
        message: "\(number)", author: TemporaryRepository.signature, committer: TemporaryRepository.signature,
        allowEmpty: true)
    }
    let tip = try temporary.repository.resolve("HEAD")
    #expect(try temporary.reopen().graph.log(from: [tip]).count == 150)
  }
}
