import Foundation
import GRDB
import Testing
import WeightStore

/// Planted damage is found, and a sound repository is reported as sound.
struct IntegrityTests {
  private let temporary: TemporaryRepository
  private let first: ObjectID<Commit>

  init() throws {
    temporary = try TemporaryRepository()
    try temporary.write(safetensors([("a", 5000, 1), ("b", 10, 2)]), to: "m.safetensors")
    first = try temporary.commit("first").id
    try temporary.write([1, 2, 3], to: "notes")
    try temporary.commit("second")
    #expect(try damage() == [])
  }

  private func damage() throws -> [String] {
    try temporary.reopen().checkIntegrity().filter { $0.severity == .damage }.map { "\($0.subject): \($0.message)" }
  }

  private func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: "\(temporary.folder)/.wgit/wgit.db")
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA foreign_keys = OFF")
      try database.execute(sql: sql, arguments: arguments)
      #expect(database.changesCount > 0)
    }
    try queue.close()
  }

  private func packs() throws -> [URL] {
    try temporary.names(in: ".wgit/packs").map { URL(filePath: "\(temporary.folder)/.wgit/packs/\($0)") }
  }

  private func overwrite(_ url: URL, _ bytes: Data) throws {
    try FileManager.default.removeItem(at: url)
    try bytes.write(to: url)
  }

  @Test func aFlippedBitInAPack() throws {
    var random = DeterministicRandom(seed: 1)
    for url in try packs() {
      let sound = try Data(contentsOf: url)
      for _ in 0..<12 {
        var broken = sound
        let index = Int.random(in: 0..<broken.count, using: &random)
        broken[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
        try overwrite(url, broken)
        #expect(try !damage().isEmpty, "byte \(index) of \(url.lastPathComponent)")
      }
      try overwrite(url, sound)
    }
    #expect(try damage() == [])
  }

  @Test func damageIsToldByCommitAndTensor() throws {
    // A second version, whose "b" is another and whose "a" is the same chunk as before.
    try temporary.write(safetensors([("a", 5000, 1), ("b", 10, 3)]), to: "m.safetensors")
    let third = try temporary.commit("third").id
    let tensor = try #require(
      try temporary.repository.checkpoint(RelativePath("m.safetensors"), in: first).manifest.tensors.first)
    #expect(tensor.tensor.name == "a")
    let row = try #require(
      try DatabaseQueue(path: "\(temporary.folder)/.wgit/wgit.db").read { database in
        try Row.fetchOne(
          database,
          sql: "SELECT pack.name, object.position FROM object JOIN pack ON pack.number = object.pack WHERE id = ?",
          arguments: [Data(tensor.segment.chunks[0].digest.bytes)])
      })
    let url = URL(filePath: "\(temporary.folder)/.wgit/packs/\(row["name"] as String)")
    var bytes = try Data(contentsOf: url)
    bytes[(row["position"] as Int) + PackRecord.headerByteCount + 20] ^= 4
    try overwrite(url, bytes)

    let repository = try temporary.reopen()
    let findings = try repository.checkIntegrity()
    #expect(findings.contains { $0.subject == url.lastPathComponent })
    let losses = try repository.losses(by: findings)
    #expect(losses.commits == [])
    let hurt = losses.files.sorted { $0.commits.count < $1.commits.count }
    #expect(hurt.map(\.path.text) == ["m.safetensors", "m.safetensors"])
    #expect(hurt.map(\.tensors) == [["a"], ["a"]])
    #expect(hurt.map(\.isFrameLost) == [false, false])
    #expect(hurt.map(\.isStaged) == [true, false])
    #expect(hurt[0].commits == [third])
    #expect(hurt[1].commits.count == 2 && hurt[1].commits.contains(first))
  }

  @Test func aLostManifestTreeOrCommitIsTold() throws {
    for (kind, expected) in [(2, "file"), (3, "commit"), (4, "commit")] {
      let copy = try TemporaryRepository(copying: temporary)
      let queue = try DatabaseQueue(path: "\(copy.folder)/.wgit/wgit.db")
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "DELETE FROM object WHERE kind = \(kind)")
      }
      try queue.close()
      let repository = try copy.reopen()
      let losses = try repository.losses(by: repository.checkIntegrity())
      #expect(losses.commits.isEmpty == (expected == "file"), "\(kind)")
      // The stage names its files itself.
      #expect(losses.files.contains { $0.isFrameLost } == (kind == 2), "\(kind)")
    }
  }

  @Test func aMissingOrShortPack() throws {
    for url in try packs() {
      let sound = try Data(contentsOf: url)
      try FileManager.default.removeItem(at: url)
      #expect(try !damage().isEmpty)
      try sound.dropLast(5).write(to: url)
      #expect(try !damage().isEmpty)
      try overwrite(url, sound)
    }
    #expect(try damage() == [])
  }

  @Test func anUnpublishedPackIsOnlyANote() throws {
    try Data([1]).write(to: URL(filePath: "\(temporary.folder)/.wgit/packs/left-over"))
    let findings = try temporary.repository.checkIntegrity()
    #expect(findings.map(\.severity) == [.note])
  }

  @Test(arguments: [
    "DELETE FROM object WHERE kind = 1 AND id = (SELECT min(id) FROM object WHERE kind = 1)",
    "DELETE FROM object WHERE kind = 2 AND id = (SELECT min(id) FROM object WHERE kind = 2)",
    "DELETE FROM object WHERE kind = 3 AND id = (SELECT min(id) FROM object WHERE kind = 3)",
    "DELETE FROM object WHERE kind = 4 AND id = (SELECT min(id) FROM object WHERE kind = 4)",
    "DELETE FROM object WHERE kind = 6 AND id = (SELECT min(id) FROM object WHERE kind = 6)",
    "DELETE FROM pack WHERE number = 1", "DELETE FROM ref", "DELETE FROM head",
    "DELETE FROM operation WHERE number = 1",
    "DELETE FROM operation WHERE number = 2", "UPDATE object SET position = position + 1",
    "UPDATE object SET rawByteCount = rawByteCount + 1 WHERE kind = 1", "UPDATE object SET kind = 300 WHERE kind = 1",
    "UPDATE object SET storedByteCount = 9223372036854775807", "UPDATE object SET storedByteCount = -1",
    "UPDATE object SET position = -9223372036854775808", "UPDATE object SET encoding = 99",
    "UPDATE pack SET name = '../../etc/passwd' WHERE number = 1", "UPDATE pack SET byteCount = 5",
    "UPDATE ref SET target = x'00'", "UPDATE head SET branch = 'nonsense'", "UPDATE head SET branch = 'refs/heads/x'",
    "UPDATE stage SET path = '../out' WHERE path = 'notes'", "UPDATE stage SET manifest = zeroblob(32)",
    "UPDATE stage SET kind = 'x'", "UPDATE stage SET byteCount = 7 WHERE path = 'notes'",
    "UPDATE operation SET id = x'' WHERE number = 2",
  ])
  func aChangedRow(_ sql: String) throws {
    try execute(sql)
    #expect(try !damage().isEmpty)
    // Nothing that reads the damaged database may end the process.
    let repository = try temporary.reopen()
    _ = try? repository.status()
    _ = try? repository.add([nil])
    _ = try? repository.switchTo(.detached(first))
    _ = try? repository.operations(limit: 5)
    _ = try? repository.resolve(first.short)
  }

  @Test func aRefMovedBehindTheLogsBack() throws {
    try execute("UPDATE ref SET target = ? WHERE name = 'refs/heads/main'", [Data(first.digest.bytes)])
    #expect(try damage().contains { $0.hasPrefix("refs/heads/main: stands at \(first.short)") })
  }

  @Test func aLostDatabase() throws {
    for name in try temporary.names(in: ".wgit") where name.hasPrefix("wgit.db") {
      try temporary.remove(".wgit/\(name)")
    }
    expectError(.lostDatabase) { _ = try temporary.reopen() }
    #expect(!temporary.exists(".wgit/wgit.db"))
  }
}
