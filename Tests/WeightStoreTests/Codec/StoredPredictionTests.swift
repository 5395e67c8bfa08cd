import Foundation
import Tensors
import Testing
import WeightStore

/// Chunks that are computed from others: casts and merges of what is stored take next to nothing, and come back.
struct StoredPredictionTests {
  private let temporary: TemporaryRepository
  private static let path = "model.safetensors"
  private static let names = ["encoder.weight", "encoder.bias", "head"]

  init() throws { temporary = try TemporaryRepository() }

  /// More than two chunks of F32, a small tensor, one chunk.
  private func model(_ seed: UInt64) throws -> [[Float]] {
    var random = SampleRandom(state: seed)
    return [600_000, 300, 100_000].map { count in (0..<count).map { _ in Float(random.normal() * 0.05) } }
  }

  private func file(_ tensors: [[Float]], as dtype: DType = .f32) throws -> [UInt8] {
    try safetensors(
      zip(StoredPredictionTests.names, tensors).map { name, values in
        (name, dtype, [values.count], try FloatConversion.bytes(values, as: dtype))
      })
  }

  /// Values as they come back from a file of another type.
  private func rounded(_ tensors: [[Float]], to dtype: DType) throws -> [[Float]] {
    try tensors.map { try FloatConversion.floats(FloatConversion.bytes($0, as: dtype), as: dtype) }
  }

  /// Bytes that a commit of the files adds.
  private func storedByteCount(_ files: [String: [UInt8]]) throws -> Int {
    let before = try temporary.packByteCount()
    for (path, bytes) in files { try temporary.write(bytes, to: path) }
    try temporary.commit("next")
    return try temporary.packByteCount() - before
  }

  private func check(_ files: [String: [UInt8]], in repository: Repository? = nil) throws {
    let repository = try repository ?? temporary.reopen()
    #expect(try repository.checkIntegrity().isEmpty)
    let head = try #require(try repository.headCommitID())
    for (path, bytes) in files {
      #expect(try repository.contents(of: RelativePath(path), in: head) == bytes, "\(path)")
    }
  }

  @Test(arguments: [DType.bf16, .f16, .f64]) func aCastTakesNextToNothing(dtype: DType) throws {
    let weights = try model(1)
    let cast = try file(weights, as: dtype)
    _ = try storedByteCount([StoredPredictionTests.path: file(weights)])
    let stored = try storedByteCount(["cast.safetensors": cast])
    #expect(stored < cast.count / 100, "\(stored) of \(cast.count) bytes")
    try check([StoredPredictionTests.path: file(weights), "cast.safetensors": cast])
  }

  @Test func aCastInPlaceAndBackTakesNextToNothing() throws {
    let weights = try model(2)
    let half = try file(weights, as: .bf16)
    let again = try file(rounded(weights, to: .bf16))
    _ = try storedByteCount([StoredPredictionTests.path: file(weights)])
    #expect(try storedByteCount([StoredPredictionTests.path: half]) < half.count / 100)
    // F32 that holds nothing but BF16.
    #expect(try storedByteCount([StoredPredictionTests.path: again]) < half.count / 100)
    try check([StoredPredictionTests.path: again])
  }

  /// Whatever their names: the larger file is stored first.
  @Test func filesOfOneAddStandOnEachOther() throws {
    let weights = try model(3)
    let whole = try file(weights)
    let half = try file(weights, as: .bf16)
    var average = weights
    var random = SampleRandom(state: 33)
    for tensor in average.indices {
      for index in average[tensor].indices { average[tensor][index] *= 1 + Float(random.normal() * 1e-4) }
    }
    let alone = try storedByteCount([StoredPredictionTests.path: whole])
    let other = try TemporaryRepository()
    let files = try ["a-half.safetensors": half, "b.safetensors": whole, "ema.safetensors": file(average)]
    for (path, bytes) in files { try other.write(bytes, to: path) }
    try other.commit("all at once")
    let stored = try other.packByteCount()
    #expect(stored < alone + whole.count / 2, "\(stored) bytes, \(alone) for the first alone")
    try check(files, in: other.reopen())
  }

  @Test func aMeanOfStoredModelsTakesNextToNothing() throws {
    _ = try storedByteCount([StoredPredictionTests.path: file(model(4))])
    let root = try #require(try temporary.repository.headCommitID())
    let tips = try [5, 6, 7].map { seed in
      _ = try temporary.repository.switchTo(.newBranch("b\(seed)", at: root))
      return try commitModel(UInt64(seed))
    }
    let merge = try temporary.merge(tips)
    let byteCount = try file(model(4)).count
    #expect(merge.storedByteCount < byteCount / 100, "\(merge.storedByteCount) of \(byteCount) bytes")
    #expect(try temporary.reopen().checkIntegrity().isEmpty)
  }

  private func commitModel(_ seed: UInt64) throws -> ObjectID<Commit> {
    try temporary.write(try file(model(seed)), to: StoredPredictionTests.path)
    return try temporary.commit("model \(seed)").id
  }

  @Test func aCollectionKeepsWhatACastStandsOn() throws {
    let weights = try model(8)
    let half = try file(weights, as: .bf16)
    // Only the stage ever held the F32.
    try temporary.write(try file(weights), to: StoredPredictionTests.path)
    _ = try temporary.repository.add([nil])
    _ = try storedByteCount([StoredPredictionTests.path: half])
    for everything in [false, true] {
      _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: everything)
      try check([StoredPredictionTests.path: half])
    }
  }

  @Test func aRepackTurnsChainsBelowACast() throws {
    var weights = try model(9)
    var random = SampleRandom(state: 99)
    var files: [String: [UInt8]] = [:]
    for _ in 0..<4 {
      for index in weights[0].indices { weights[0][index] *= 1 + Float(random.normal() * 1e-6) }
      files = [StoredPredictionTests.path: try file(weights), "half.safetensors": try file(weights, as: .bf16)]
      _ = try storedByteCount(files)
    }
    let before = try temporary.packByteCount()
    _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: true)
    #expect(try temporary.packByteCount() < before + before / 50)
    let repository = try temporary.reopen()
    let depths = try [StoredPredictionTests.path, "half.safetensors"].map { path in
      let entry = try #require(try repository.stage()[RelativePath(path)])
      let tensor = try #require(try repository.store.load(entry.entry.manifest).tensors.first)
      return try repository.store.deltaDepth(of: tensor.segment.chunks[0])
    }
    #expect(depths == [0, 1])
    try check(files, in: repository)
  }

  @Test func aDatabaseIsRebuiltFromPacksWithCasts() throws {
    let weights = try model(10)
    let files = try [StoredPredictionTests.path: file(weights), "half.safetensors": file(weights, as: .bf16)]
    _ = try storedByteCount(files)
    for name in ["wgit.db", "wgit.db-wal", "wgit.db-shm"] where temporary.exists(".wgit/\(name)") {
      try temporary.remove(".wgit/\(name)")
    }
    let outcome = try Repository.repair(containing: temporary.folder, settings: TemporaryRepository.settings)
    #expect(outcome.faults.isEmpty)
    try check(files)
  }

  @Test func damageInABaseIsFoundInTheCast() throws {
    let weights = try model(11)
    _ = try storedByteCount([StoredPredictionTests.path: file(weights)])
    let packs = "\(temporary.folder)/.wgit/packs"
    let base = try #require(
      try FileManager.default.contentsOfDirectory(atPath: packs).max { left, right in
        try FileManager.default.attributesOfItem(atPath: "\(packs)/\(left)")[.size] as? Int ?? 0
          < FileManager.default.attributesOfItem(atPath: "\(packs)/\(right)")[.size] as? Int ?? 0
      })
    _ = try storedByteCount(["half.safetensors": file(weights, as: .bf16)])
    var bytes = Array(try Data(contentsOf: URL(filePath: "\(packs)/\(base)")))
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(packs)/\(base)")
    try Data(bytes).write(to: URL(filePath: "\(packs)/\(base)"))
    #expect(try temporary.reopen().checkIntegrity().count >= 2)
  }

  /// A repository of the first format is raised when the first chunk comes that programs of that time cannot read.
  @Test func theFormatIsRaisedWhenItMustBe() throws {
    let weights = try model(12)
    try temporary.write(Array("wgit repository 1\n".utf8), to: ".wgit/format")
    _ = try storedByteCount([StoredPredictionTests.path: file(weights)])
    #expect(try temporary.read(".wgit/format") == Array("wgit repository 1\n".utf8))
    _ = try storedByteCount(["half.safetensors": file(weights, as: .bf16)])
    #expect(try temporary.read(".wgit/format") == Array("wgit repository 2\n".utf8))
    try check(["half.safetensors": file(weights, as: .bf16)])
  }
}
