import Foundation
import Testing
import WeightStore

struct GarbageCollectionTests {
  /// A branch `main` with one file, and a deleted branch with another.
  private func repositoryWithGarbage() throws -> (TemporaryRepository, lost: ObjectID<Commit>) {
    let temporary = try TemporaryRepository()
    try temporary.write(noise(300_000, seed: 1), to: "file")
    let kept = try temporary.commit("kept")
    _ = try temporary.repository.switchTo(.newBranch("experiment", at: kept.id))
    try temporary.write(noise(400_000, seed: 2), to: "file")
    let lost = try temporary.commit("lost")
    _ = try temporary.repository.switchTo(.branch("main"))
    _ = try temporary.repository.deleteBranch("experiment", force: true)
    return (temporary, lost.id)
  }

  @Test func recentOperationsProtectWhatTheyNeed() throws {
    let (temporary, lost) = try repositoryWithGarbage()
    let outcome = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 1000)
    #expect(outcome.removedObjectCount == 0)
    _ = try temporary.repository.undo()
    #expect(try temporary.repository.resolve("experiment") == lost)
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test func garbageGoesToTheTrashAndThenAway() throws {
    let (temporary, lost) = try repositoryWithGarbage()
    let repository = temporary.repository
    let first = try repository.collectGarbage(graceSeconds: 1000, undoSeconds: -1)
    #expect(first.removedObjectCount > 0)
    #expect(first.trashedByteCount > 400_000)
    #expect(first.freedByteCount == 0)
    #expect(first.packByteCountAfter < first.packByteCountBefore - 400_000)
    #expect(throws: StoreError.self) { try repository.store.load(lost) }
    let second = try repository.collectGarbage(graceSeconds: 0, undoSeconds: -1)
    #expect(second.removedObjectCount == 0)
    #expect(second.freedByteCount == first.trashedByteCount)
    #expect(try temporary.reopen().checkIntegrity().isEmpty)
    #expect(try temporary.read("file") == noise(300_000, seed: 1))
  }

  @Test func stagedFilesAreNoGarbage() throws {
    let (temporary, _) = try repositoryWithGarbage()
    try temporary.write(noise(100_000, seed: 3), to: "new")
    _ = try temporary.repository.add([nil])
    _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: -1)
    _ = try temporary.commit("after")
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test func aReaderFindsAPackThatWasJustTrashed() throws {
    let (temporary, lost) = try repositoryWithGarbage()
    let reader = try temporary.reopen()
    let tree = try reader.tree(of: lost)
    let path = try #require(tree.paths.first)
    let store = reader.store
    let manifest = try store.load(try #require(tree.entries[path]).manifest)
    let pack = "\(temporary.folder)/.wgit/packs"
    let trash = "\(temporary.folder)/.wgit/trash"
    try FileManager.default.createDirectory(atPath: trash, withIntermediateDirectories: true)
    // What a collection in another process does between this process's look-up and its reading.
    for name in try FileManager.default.contentsOfDirectory(atPath: pack) {
      try FileManager.default.moveItem(atPath: "\(pack)/\(name)", toPath: "\(trash)/1700000000-\(name)")
    }
    let fresh = try temporary.reopen()
    let chunk = try #require(manifest.segments.first?.chunks.first)
    #expect(try fresh.store.bytes(of: chunk.digest, kind: .blob).count == 400_000)
  }

  @Test func repackLeavesOnePack() throws {
    let (temporary, _) = try repositoryWithGarbage()
    let outcome = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 1000, everything: true)
    #expect(outcome.packCountBefore > 2)
    #expect(outcome.packCountAfter == 1)
    #expect(try temporary.reopen().checkIntegrity().isEmpty)
    let again = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 1000, everything: true)
    #expect(again.packCountAfter == 1)
    #expect(try temporary.reopen().checkIntegrity().isEmpty)
  }

  @Test func leftOversOfAnInterruptedCommandGo() throws {
    let (temporary, _) = try repositoryWithGarbage()
    let packs = "\(temporary.folder)/.wgit/packs"
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: packs).first)
    let stray = "pack-\(String(repeating: "0", count: 64)).pack"
    try FileManager.default.copyItem(atPath: "\(packs)/\(name)", toPath: "\(packs)/\(stray)")
    #expect(try temporary.repository.checkIntegrity().map(\.subject) == [stray])
    _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 1000)
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test func damageStopsACollection() throws {
    let (temporary, _) = try repositoryWithGarbage()
    let packs = "\(temporary.folder)/.wgit/packs"
    let largest = try #require(
      try FileManager.default.contentsOfDirectory(atPath: packs).max { left, right in
        try size("\(packs)/\(left)") < size("\(packs)/\(right)")
      })
    var bytes = Array(try Data(contentsOf: URL(filePath: "\(packs)/\(largest)")))
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(packs)/\(largest)")
    try Data(bytes).write(to: URL(filePath: "\(packs)/\(largest)"))
    let before = try FileManager.default.contentsOfDirectory(atPath: packs).sorted()
    #expect(throws: StoreError.self) {
      try temporary.reopen().collectGarbage(graceSeconds: 0, undoSeconds: -1, everything: true)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: packs).sorted() == before)
  }

  private func size(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  }
}
