import Foundation
import Testing
import WeightStore

struct RepairTests {
  private static let content = noise(2_500_000, seed: 1)

  private func history() throws -> (TemporaryRepository, ids: [ObjectID<Commit>]) {
    let temporary = try TemporaryRepository()
    try temporary.write(Self.content, to: "large")
    let first = try temporary.commit("first")
    _ = try temporary.repository.switchTo(.newBranch("side", at: first.id))
    try temporary.write([1, 2, 3], to: "small")
    return (temporary, [first.id, try temporary.commit("second").id])
  }

  private func repair(_ temporary: TemporaryRepository) throws -> Repository.RepairOutcome {
    try Repository.repair(containing: temporary.folder, settings: TemporaryRepository.settings)
  }

  @Test func aLostDatabaseLosesNothing() throws {
    let (temporary, ids) = try history()
    let operations = try temporary.repository.operations(limit: 100).map(\.operation)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(temporary.folder)/.wgit/wgit.db\(suffix)")
    }
    let error = #expect(throws: StoreError.self) { try temporary.reopen() }
    #expect(error?.code == .lostDatabase)
    let outcome = try repair(temporary)
    #expect(outcome.faults.isEmpty)
    #expect(outcome.restoredRefs)
    let repository = try temporary.reopen()
    #expect(try repository.head().branchName == "side")
    #expect(try repository.resolve("side") == ids[1])
    #expect(try repository.resolve("main") == ids[0])
    #expect(try repository.operations(limit: 100).map(\.operation) == operations)
    #expect(try repository.status().isClean)
    #expect(try repository.checkIntegrity().isEmpty)
  }

  @Test func resultsOfCertificatesComeBack() throws {
    let (temporary, ids) = try history()
    let (certificate, dataSet) = (SHA256.digest(of: [1]), SHA256.digest(of: [2]))
    let result = CertificateResult(
      commit: ids[1], name: "held-out", certificate: certificate, dataSet: dataSet, evaluator: "e",
      values: ["accuracy": 0.5], exampleCount: 2, outcomeDigest: SHA256.digest(of: [0, 1]))
    try temporary.repository.record([result])
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(temporary.folder)/.wgit/wgit.db\(suffix)")
    }
    _ = try repair(temporary)
    let found = try temporary.reopen().certificateResult(
      commit: ids[1], certificate: certificate, dataSet: dataSet, evaluator: "e")
    #expect(found == result)
  }

  @Test func aDatabaseOfNoiseIsPutAside() throws {
    let (temporary, ids) = try history()
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: "\(temporary.folder)/.wgit/wgit.db\(suffix)")
    }
    try temporary.write([UInt8](repeating: 0xa5, count: 8192), to: ".wgit/wgit.db")
    #expect(try repair(temporary).restoredRefs)
    #expect(try temporary.reopen().resolve("side") == ids[1])
    let trash = try FileManager.default.contentsOfDirectory(atPath: "\(temporary.folder)/.wgit/trash")
    #expect(trash.contains { $0.hasSuffix("wgit.db") })
  }

  @Test func aSoundRepositoryStaysAsItIs() throws {
    let (temporary, _) = try history()
    let before = try temporary.repository.refs().map(\.target)
    let outcome = try repair(temporary)
    #expect(!outcome.restoredRefs)
    #expect(outcome.faults.isEmpty)
    #expect(try temporary.reopen().refs().map(\.target) == before)
    #expect(try temporary.reopen().checkIntegrity().isEmpty)
  }

  @Test func anotherCopyTakesTheBrokenOnesPlace() throws {
    let (temporary, _) = try history()
    let packs = "\(temporary.folder)/.wgit/packs"
    let originals = try FileManager.default.contentsOfDirectory(atPath: packs)
    // Collecting everything into one pack leaves the originals in the trash: put one back and break the collected one.
    _ = try temporary.repository.collectGarbage(graceSeconds: 1000, undoSeconds: 1000, everything: true)
    for name in originals {
      try FileManager.default.copyItem(
        atPath: "\(temporary.folder)/.wgit/trash/1700000000-\(name)", toPath: "\(packs)/\(name)")
    }
    let collected = try #require(
      try FileManager.default.contentsOfDirectory(atPath: packs).first { !originals.contains($0) })
    try flip("\(packs)/\(collected)", at: 0.4)
    #expect(try temporary.reopen().checkIntegrity().contains { $0.severity == .damage })
    let outcome = try repair(temporary)
    #expect(outcome.faults.allSatisfy { $0.hasPrefix(collected) })
    #expect(!outcome.faults.isEmpty)
    let repository = try temporary.reopen()
    _ = try repository.restore([nil], from: nil)
    #expect(try temporary.read("large") == Self.content)
  }

  /// A repository with one chunk of "large" broken in its only pack.
  private func damaged() throws -> (TemporaryRepository, pack: String, ids: [ObjectID<Commit>]) {
    let (temporary, ids) = try history()
    let packs = "\(temporary.folder)/.wgit/packs"
    let largest = try #require(
      try FileManager.default.contentsOfDirectory(atPath: packs).max { left, right in
        try size("\(packs)/\(left)") < size("\(packs)/\(right)")
      })
    try flip("\(packs)/\(largest)", at: 0.5)
    return (temporary, largest, ids)
  }

  private func expectWhole(_ temporary: TemporaryRepository, _ outcome: Repository.RepairOutcome, _ pack: String) throws
  {
    #expect(outcome.rescuedCount == 1)
    #expect(outcome.retiredPackCount == 1)
    let repository = try temporary.reopen()
    #expect(try repository.checkIntegrity(full: true).isEmpty)
    #expect(try !temporary.names(in: ".wgit/packs").contains(pack))
    #expect(try temporary.names(in: ".wgit/trash").contains { $0.hasSuffix(pack) })
    try temporary.remove("large")
    _ = try repository.restore([nil], from: nil)
    #expect(try temporary.read("large") == Self.content)
  }

  @Test func theWorkingFolderGivesBackWhatItHolds() throws {
    let (temporary, pack, _) = try damaged()
    try expectWhole(temporary, try repair(temporary), pack)
  }

  @Test func anotherRepositoryGivesBackWhatItHolds() throws {
    let (temporary, pack, _) = try damaged()
    try temporary.write([0], to: "large")
    let (other, _) = try history()
    let outcome = try Repository.repair(
      containing: temporary.folder, settings: TemporaryRepository.settings, from: other.repository)
    try expectWhole(temporary, outcome, pack)
  }

  @Test func theTrashGivesBackWhatItHolds() throws {
    let (temporary, _) = try history()
    // Collected into one pack, the originals stay in the trash.
    _ = try temporary.repository.collectGarbage(graceSeconds: 1000, undoSeconds: 1000, everything: true)
    let pack = try #require(try temporary.names(in: ".wgit/packs").first)
    try flip("\(temporary.folder)/.wgit/packs/\(pack)", at: 0.5)
    try temporary.write([0], to: "large")
    try expectWhole(temporary, try repair(temporary), pack)
  }

  @Test func aWholePackThatIsLostComesBackFromTheTrash() throws {
    let (temporary, _) = try history()
    _ = try temporary.repository.collectGarbage(graceSeconds: 1000, undoSeconds: 1000, everything: true)
    let pack = try #require(try temporary.names(in: ".wgit/packs").first)
    try temporary.remove(".wgit/packs/\(pack)")
    try temporary.remove("large")
    let outcome = try repair(temporary)
    #expect(outcome.rescuedCount > 3)
    #expect(try temporary.reopen().checkIntegrity(full: true).filter { $0.severity == .damage }.isEmpty)
    _ = try temporary.reopen().restore([nil], from: nil)
    #expect(try temporary.read("large") == Self.content)
  }

  /// What stood on a lost chunk is whole in its own pack, and readable again once the chunk is back.
  @Test func whatStoodOnALostChunkComesBackWithIt() throws {
    let temporary = try TemporaryRepository()
    var random = DeterministicRandom(seed: 7)
    var weights = random.floats(200_000)
    func commit() throws -> ObjectID<Commit> {
      try temporary.write(safetensors([("w", .f32, [200_000], weights)]), to: "m.safetensors")
      return try temporary.commit("next").id
    }
    let first = try commit()
    let original = try temporary.read("m.safetensors")
    for _ in 0..<3 {
      for index in stride(from: 0, to: weights.count, by: 4 * 50) { weights[index] ^= 1 }
      _ = try commit()
    }
    let newest = try temporary.read("m.safetensors")
    let chunk = try temporary.repository.checkpoint(RelativePath("m.safetensors"), in: first).manifest.tensors[0]
      .segment.chunks[0]
    #expect(try temporary.repository.store.deltaDepth(of: chunk) == 0)
    let packs = "\(temporary.folder)/.wgit/packs"
    let largest = try #require(
      try FileManager.default.contentsOfDirectory(atPath: packs).max {
        try size("\(packs)/\($0)") < size("\(packs)/\($1)")
      })
    try flip("\(packs)/\(largest)", at: 0.5)
    try temporary.write(original, to: "m.safetensors")
    let outcome = try repair(temporary)
    #expect(outcome.rescuedCount == 1)
    #expect(outcome.faults.allSatisfy { $0.hasPrefix(largest) })
    #expect(try temporary.reopen().checkIntegrity(full: true).isEmpty)
    _ = try temporary.reopen().restore([nil], from: nil)
    #expect(try temporary.read("m.safetensors") == newest)
  }

  @Test func aBrokenPackStaysAsLongAsSomethingIsMissing() throws {
    let (temporary, pack, _) = try damaged()
    try temporary.write([0], to: "large")
    let outcome = try repair(temporary)
    #expect(outcome.rescuedCount == 0)
    #expect(outcome.retiredPackCount == 0)
    #expect(try temporary.names(in: ".wgit/packs").contains(pack))
    let repository = try temporary.reopen()
    let losses = try repository.losses(by: repository.checkIntegrity())
    #expect(losses.files.map(\.path.text) == ["large"])
  }

  @Test func theRestOfABrokenPackIsFound() throws {
    let (temporary, _, ids) = try damaged()
    // Nothing else holds the chunk.
    try temporary.write([0], to: "large")
    let outcome = try repair(temporary)
    #expect(!outcome.faults.isEmpty)
    let findings = try temporary.reopen().checkIntegrity()
    #expect(findings.contains { $0.severity == .damage })
    // Two of three chunks are whole, and so is everything else.
    let tree = try temporary.reopen().tree(of: ids[0])
    let path = try #require(tree.paths.first)
    let manifest = try temporary.repository.store.load(try #require(tree.entries[path]).manifest)
    let store = try temporary.reopen().store
    let readable = manifest.segments[0].chunks.count { (try? store.bytes(of: $0.digest, kind: .blob)) != nil }
    #expect(readable == 2)
  }

  private func size(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  }

  private func flip(_ path: String, at fraction: Double) throws {
    var bytes = Array(try Data(contentsOf: URL(filePath: path)))
    bytes[Int(Double(bytes.count) * fraction)] ^= 0x10
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    try Data(bytes).write(to: URL(filePath: path))
  }
}
