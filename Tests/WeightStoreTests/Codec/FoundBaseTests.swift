import Foundation
import Tensors
import Testing
import WeightStore

/// The base of a delta is found where a tensor or a file has another name, place or number of rows than before.
struct FoundBaseTests {
  private typealias Tensor = TestCheckpoint.Tensor

  private let temporary: TemporaryRepository
  private static let path = "model.safetensors"

  init() throws { temporary = try TemporaryRepository() }

  /// Three layers of the same shape, with other weights each, and an embedding.
  private func model(random: inout SampleRandom) -> [Tensor] {
    var tensors = (0..<3).map { layer in
      Tensor("layer.\(layer).weight", [100, 600], ChunkSamples.weights(60_000, layout: .f32, random: &random))
    }
    tensors.append(Tensor("embedding", [1000, 60], ChunkSamples.weights(60_000, layout: .f32, random: &random)))
    return tensors
  }

  private func stepped(_ tensors: [Tensor], random: inout SampleRandom) -> [Tensor] {
    tensors.map { tensor in
      var tensor = tensor
      TestCheckpoint.step(&tensor.bytes, random: &random)
      return tensor
    }
  }

  private func renamed(_ tensors: [Tensor], _ name: (String) -> String) -> [Tensor] {
    tensors.map { Tensor(name($0.name), $0.shape, $0.bytes) }
  }

  /// Bytes added by committing `files`, beside which nothing stays; all versions must come back and be sound.
  private func storedByteCount(_ files: [String: [UInt8]], removing: [String] = []) throws -> Int {
    let before = try temporary.packByteCount()
    for path in removing { try temporary.remove(path) }
    for (path, bytes) in files { try temporary.write(bytes, to: path) }
    try temporary.commit("next")
    let stored = try temporary.packByteCount() - before
    let repository = try temporary.reopen()
    #expect(try repository.checkIntegrity().isEmpty)
    for path in files.keys { try temporary.remove(path) }
    _ = try repository.restore(files.keys.map { try RelativePath($0) }, from: nil)
    for (path, bytes) in files { #expect(try temporary.read(path) == bytes) }
    return stored
  }

  /// What the same change takes when nothing was renamed, with some room for longer names in manifests.
  private static let deltaShare = 0.25

  private func checkSimilar(
    from old: [String: [Tensor]], to new: [String: [Tensor]], share: Double = deltaShare
  ) throws {
    let files = new.mapValues(TestCheckpoint.file)
    _ = try storedByteCount(old.mapValues(TestCheckpoint.file))
    let stored = try storedByteCount(files, removing: old.keys.filter { new[$0] == nil })
    let byteCount = files.values.reduce(0) { $0 + $1.count }
    #expect(Double(stored) < share * Double(byteCount), "\(stored) of \(byteCount) bytes")
  }

  @Test func aRenamedFile() throws {
    var random = SampleRandom(state: 11)
    let old = model(random: &random)
    try checkSimilar(from: ["a/model.safetensors": old], to: ["weights.safetensors": stepped(old, random: &random)])
  }

  @Test func aSecondFileBesideTheFirst() throws {
    var random = SampleRandom(state: 12)
    let old = model(random: &random)
    let new = stepped(old, random: &random)
    let unrelated = model(random: &random)
    // Of two files with the same names, the similar one serves.
    try checkSimilar(
      from: ["one.safetensors": unrelated, "two.safetensors": old],
      to: ["one.safetensors": unrelated, "two.safetensors": old, "one-b.safetensors": new],
      share: FoundBaseTests.deltaShare / 3)
  }

  @Test func renamedTensors() throws {
    var random = SampleRandom(state: 13)
    let old = model(random: &random)
    let new = renamed(stepped(old, random: &random)) { "encoder." + $0 }
    try checkSimilar(from: [FoundBaseTests.path: old], to: [FoundBaseTests.path: new])
  }

  @Test func reorderedAndRenumberedTensors() throws {
    var random = SampleRandom(state: 14)
    let old = model(random: &random)
    let next = stepped(old, random: &random)
    // The first layer is dropped: every other has the name of its neighbour now.
    let new = [
      next[3], Tensor("layer.1.weight", next[2].shape, next[2].bytes),
      Tensor("layer.0.weight", next[1].shape, next[1].bytes),
    ]
    try checkSimilar(from: [FoundBaseTests.path: old], to: [FoundBaseTests.path: new])
  }

  @Test func oneFileBecomesTwoShards() throws {
    var random = SampleRandom(state: 15)
    let old = model(random: &random)
    let new = stepped(old, random: &random)
    try checkSimilar(
      from: [FoundBaseTests.path: old],
      to: ["model-1-of-2.safetensors": Array(new[..<2]), "model-2-of-2.safetensors": Array(new[2...])])
  }

  @Test func equalTensorsInOtherFilesTakeNothing() throws {
    var random = SampleRandom(state: 16)
    let old = model(random: &random)
    let shards = [Array(old[..<2]), renamed(Array(old[2...].reversed())) { "encoder." + $0 }]
    try checkSimilar(
      from: [FoundBaseTests.path: old], to: ["a.safetensors": shards[0], "b.safetensors": shards[1]], share: 0.01)
  }

  @Test(arguments: [-30, 30]) func rowsCutOrAppended(change: Int) throws {
    var random = SampleRandom(state: 17)
    let columns = 96
    // More than two chunks: the last one has another length afterwards.
    let rows = 6000
    let weights = ChunkSamples.weights(rows * columns, layout: .f32, random: &random)
    let added = ChunkSamples.weights(max(0, change) * columns, layout: .f32, random: &random)
    let bytes = Array((weights + added)[..<((rows + change) * columns * 4)])
    try checkSimilar(
      from: [FoundBaseTests.path: [Tensor("embedding", [rows, columns], weights)]],
      to: [FoundBaseTests.path: [Tensor("embedding", [rows + change, columns], bytes)]], share: 0.01)
  }

  @Test func aCollectionKeepsWhatRenamedTensorsStandOn() throws {
    var random = SampleRandom(state: 18)
    let old = model(random: &random)
    let new = TestCheckpoint.file(renamed(stepped(old, random: &random)) { "encoder." + $0 })
    _ = try storedByteCount([FoundBaseTests.path: TestCheckpoint.file(old)])
    let first = try #require(try temporary.repository.headCommitID())
    _ = try storedByteCount(["new.safetensors": new], removing: [FoundBaseTests.path])
    _ = try temporary.repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: true)
    let repository = try temporary.reopen()
    #expect(try repository.checkIntegrity().isEmpty)
    _ = try repository.switchTo(.detached(first))
    #expect(try temporary.read(FoundBaseTests.path) == TestCheckpoint.file(old))
  }

  /// Commits each model on a branch of its own, made from what is checked out; main is checked out afterwards.
  private func commitBranches(_ models: [[Tensor]]) throws {
    let root = try #require(try temporary.repository.headCommitID())
    for (index, model) in models.enumerated() {
      _ = try temporary.repository.switchTo(.newBranch("branch-\(index)", at: root))
      _ = try storedByteCount([FoundBaseTests.path: TestCheckpoint.file(model)])
    }
    _ = try temporary.repository.switchTo(.branch("main"))
  }

  @Test func aVersionThatContinuesAnotherBranch() throws {
    var random = SampleRandom(state: 21)
    let models = [model(random: &random), model(random: &random), model(random: &random)]
    _ = try storedByteCount([FoundBaseTests.path: TestCheckpoint.file(models[0])])
    try commitBranches(Array(models.dropFirst()))
    let file = TestCheckpoint.file(stepped(models[2], random: &random))
    let stored = try storedByteCount([FoundBaseTests.path: file])
    #expect(Double(stored) < FoundBaseTests.deltaShare * Double(file.count), "\(stored) of \(file.count) bytes")
  }

  /// By another program, in F32: its roundings are not those of the prediction.
  @Test func anAverageThatWasMadeElsewhere() throws {
    var random = SampleRandom(state: 22)
    let models = (0..<4).map { _ in model(random: &random) }
    _ = try storedByteCount([FoundBaseTests.path: TestCheckpoint.file(models[0])])
    try commitBranches(Array(models.dropFirst()))
    let average = try models[1].indices.map { index in
      let values = try models.dropFirst().map { try FloatConversion.floats($0[index].bytes, as: .f32) }
      let mean = values[0].indices.map { (values[0][$0] + values[1][$0] + values[2][$0]) / 3 }
      return Tensor(models[1][index].name, models[1][index].shape, try FloatConversion.bytes(mean, as: .f32))
    }
    let file = TestCheckpoint.file(average)
    let stored = try storedByteCount([FoundBaseTests.path: file])
    #expect(Double(stored) < 0.1 * Double(file.count), "\(stored) of \(file.count) bytes")
  }

  /// Whichever ingredient a combination is near to, or where they began: that one serves.
  @Test(arguments: [0, 1, 2, nil]) func mergesStandOnTheNearest(ingredient: Int?) throws {
    var random = SampleRandom(state: 19)
    let base = model(random: &random)
    _ = try storedByteCount([FoundBaseTests.path: TestCheckpoint.file(base)])
    let root = try #require(try temporary.repository.headCommitID())
    let path = try RelativePath(FoundBaseTests.path)
    let tips = try ["a", "b", "c"].map { branch in
      try temporary.repository.commit(
        files: [path: MemorySource(TestCheckpoint.file(model(random: &random)))], onto: root, branch: branch,
        message: branch, author: TemporaryRepository.signature, committer: TemporaryRepository.signature,
        recipe: Recipe(kind: .finetune)
      ).id
    }
    _ = try temporary.repository.switchTo(.branch("a"))
    let outcome = try temporary.merge(tips, method: "nearest", strategy: NearStrategy(model: ingredient))
    let byteCount = TestCheckpoint.file(base).count
    #expect(
      Double(outcome.storedByteCount) < FoundBaseTests.deltaShare * Double(byteCount),
      "\(outcome.storedByteCount) of \(byteCount) bytes")
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }
}

/// The values of one model, or of the base, moved a little.
private struct NearStrategy: TensorStrategy {
  let model: Int?
  var needsBase: Bool { false }

  func survey(_ tensors: [TensorMergeInput], _ parallel: ParallelRunner) -> (any Sendable)? { nil }

  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor {
    let source = try #require(model.map { input.models[$0].tensor } ?? input.base)
    var bytes = [UInt8](repeating: 0, count: source.shape.elementCount * 4)
    try bytes.withUnsafeMutableBytes { try source.read(elements: 0..<source.shape.elementCount, into: $0) }
    var random = SampleRandom(state: 20)
    TestCheckpoint.step(&bytes, random: &random)
    return PreparedTensor(source: nil, dtype: .f32) { [bytes] elements, buffer in
      buffer.copyBytes(from: bytes[(4 * elements.lowerBound)..<(4 * elements.upperBound)])
    }
  }
}
