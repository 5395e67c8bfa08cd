import Testing
import WeightStore

/// A repack turns chains of deltas round: what was stored last is read first.
struct ChainRebaseTests {
  private static let path = "model.safetensors"

  private func depth(of commit: ObjectID<Commit>, in repository: Repository) throws -> Int {
    let entry = try #require(try repository.tree(of: commit).entries[try RelativePath(ChainRebaseTests.path)])
    let tensor = try #require(try repository.store.load(entry.manifest).tensors.first)
    return try repository.store.deltaDepth(of: tensor.segment.chunks[0])
  }

  private func commitVersions(
    _ count: Int, to temporary: TemporaryRepository
  ) throws -> [(id: ObjectID<Commit>, file: [UInt8])] {
    var random = SampleRandom(state: 21)
    var tensor = TestCheckpoint.Tensor(
      "weight", [100, 600], ChunkSamples.weights(60_000, layout: .f32, random: &random))
    return try (0..<count).map { version in
      if version > 0 { TestCheckpoint.step(&tensor.bytes, random: &random) }
      let file = TestCheckpoint.file([tensor])
      try temporary.write(file, to: ChainRebaseTests.path)
      return (try temporary.commit("version \(version)").id, file)
    }
  }

  @Test func theNewestVersionStandsAlone() throws {
    let temporary = try TemporaryRepository()
    let versions = try commitVersions(6, to: temporary)
    let before = try temporary.packByteCount()
    _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: true)
    #expect(Double(try temporary.packByteCount()) < 1.01 * Double(before))
    let repository = try temporary.reopen()
    #expect(try versions.map { try depth(of: $0.id, in: repository) } == [5, 4, 3, 2, 1, 0])
    #expect(try repository.checkIntegrity().isEmpty)
    for (id, file) in versions {
      _ = try repository.switchTo(.detached(id))
      #expect(try temporary.read(ChainRebaseTests.path) == file)
    }
  }

  @Test func longChainsAreCutAndAddedToAgain() throws {
    let temporary = try TemporaryRepository()
    var versions = try commitVersions(14, to: temporary)
    for round in 0..<2 {
      _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: true)
      let repository = try temporary.reopen()
      let depths = try versions.map { try depth(of: $0.id, in: repository) }
      #expect(depths.last == 0, "round \(round): \(depths)")
      #expect(depths.allSatisfy { $0 < DeltaChain.maximumDepth }, "round \(round): \(depths)")
      #expect(try repository.checkIntegrity().isEmpty)
      var tensor = TestCheckpoint.Tensor("weight", [100, 600], Array(try #require(versions.last).file.suffix(240_000)))
      var random = SampleRandom(state: UInt64(30 + round))
      TestCheckpoint.step(&tensor.bytes, random: &random)
      try temporary.write(TestCheckpoint.file([tensor]), to: ChainRebaseTests.path)
      versions.append((try temporary.commit("more").id, TestCheckpoint.file([tensor])))
    }
    for (id, file) in versions {
      _ = try temporary.repository.switchTo(.detached(id))
      #expect(try temporary.read(ChainRebaseTests.path) == file)
    }
  }

  @Test func aDatabaseIsRebuiltFromATurnedPack() throws {
    let temporary = try TemporaryRepository()
    let versions = try commitVersions(4, to: temporary)
    _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: true)
    _ = try Repository.repair(containing: temporary.folder, settings: TemporaryRepository.settings)
    let repository = try temporary.reopen()
    #expect(try repository.checkIntegrity().isEmpty)
    #expect(try versions.map { try depth(of: $0.id, in: repository) } == [3, 2, 1, 0])
  }
}
