import Testing
import WeightStore

struct DeduplicationTests {
  @Test func equalBytesUnderAnotherNameAreStoredOnce() throws {
    let temporary = try TemporaryRepository()
    try temporary.write(safetensors([("a", 300_000, 1), ("b", 10, 2)]), to: "m.safetensors")
    #expect(try temporary.repository.add([nil]).storedByteCount > 500_000)
    try temporary.write(try temporary.read("m.safetensors"), to: "copy/other.safetensors")
    #expect(try temporary.repository.add([nil]).storedByteCount == 0)
    // Other names, another order: only the header is new, and the manifest.
    try temporary.write(safetensors([("x", 10, 2), ("y", 300_000, 1)]), to: "renamed.safetensors")
    #expect(try temporary.repository.add([nil]).storedByteCount < 2000)
    #expect(try temporary.names(in: ".wgit/packs").count == 2)
  }

  @Test func oneChangedTensorStoresOnlyItself() throws {
    let temporary = try TemporaryRepository()
    try temporary.write(safetensors([("body", 600_000, 1), ("head", 1000, 2)]), to: "m.safetensors")
    try temporary.commit("first")
    try temporary.write(safetensors([("body", 600_000, 1), ("head", 1000, 3)]), to: "m.safetensors")
    #expect(try temporary.repository.add([nil]).storedByteCount < 8000)
    let outcome = try temporary.repository.commit(
      message: "second", author: TemporaryRepository.signature, committer: TemporaryRepository.signature)
    #expect(outcome.changes.changedTensorCount == 1)
    #expect(outcome.changes.tensorCount == 2)
    #expect(outcome.changes.newChunks.count == 1)
  }
}
