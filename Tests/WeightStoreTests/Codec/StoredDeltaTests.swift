import Foundation
import Testing
import WeightStore

/// Versions of a checkpoint in a repository: what is stored as a difference comes back as it was.
struct StoredDeltaTests {
  private static let path = "model.safetensors"

  private func safetensors(_ tensors: [(name: String, dtype: String, bytes: [UInt8])]) -> [UInt8] {
    var offset = 0
    var entries: [String] = []
    for tensor in tensors {
      let count = tensor.bytes.count / (tensor.dtype == "F32" ? 4 : 2)
      let end = offset + tensor.bytes.count
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"\(tensor.dtype)\",\"shape\":[\(count)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + tensors.flatMap(\.bytes)
  }

  private func step(_ bytes: inout [UInt8], width: Int, random: inout SampleRandom) {
    for start in stride(from: 0, to: bytes.count, by: width) {
      bytes[start] = UInt8(truncatingIfNeeded: Int(bytes[start]) + Int(random.normal() * 3))
    }
  }

  @Test func twelveVersionsStandOnShortChainsAndComeBack() throws {
    let temporary = try TemporaryRepository()
    var random = SampleRandom(state: 1)
    var weights = ChunkSamples.weights(300_000, layout: .f32, random: &random)
    var half = ChunkSamples.weights(50_000, layout: .bf16, random: &random)
    var versions: [(ObjectID<Commit>, [UInt8])] = []
    for version in 0..<12 {
      if version > 0 {
        step(&weights, width: 4, random: &random)
        step(&half, width: 2, random: &random)
      }
      let file = safetensors([("encoder.weight", "F32", weights), ("encoder.half", "BF16", half)])
      try temporary.write(file, to: StoredDeltaTests.path)
      versions.append((try temporary.commit("version \(version)").id, file))
    }
    let repository = try temporary.reopen()
    #expect(try repository.checkIntegrity().isEmpty)
    // Twelve versions that stand alone would take about ten times one file.
    #expect(try temporary.packByteCount() < versions[0].1.count * 5)

    var depths: [Int] = []
    for (id, file) in versions {
      _ = try repository.switchTo(.detached(id))
      #expect(try temporary.read(StoredDeltaTests.path) == file)
      let path = try RelativePath(StoredDeltaTests.path)
      let entry = try #require(try repository.tree(of: id).entries[path])
      let tensors = try repository.store.load(entry.manifest).tensors
      depths.append(try repository.store.deltaDepth(of: try #require(tensors.first).segment.chunks[0]))
    }
    // After eight, a delta against the chunk the chain began with.
    #expect(depths == [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3])
  }

  @Test func collectionKeepsWhatDeltasStandOn() throws {
    let temporary = try TemporaryRepository()
    let repository = temporary.repository
    var random = SampleRandom(state: 4)
    var weights = ChunkSamples.weights(100_000, layout: .f32, random: &random)
    for version in 0..<4 {
      // Only the stage ever held the first three.
      try temporary.write(safetensors([("a", "F32", weights)]), to: StoredDeltaTests.path)
      if version == 3 { try temporary.commit("last") } else { _ = try repository.add([nil]) }
      step(&weights, width: 4, random: &random)
    }
    let last = try temporary.read(StoredDeltaTests.path)
    _ = try repository.collectGarbage(graceSeconds: 0, undoSeconds: 0, everything: true)
    let reopened = try temporary.reopen()
    #expect(try reopened.checkIntegrity().isEmpty)
    let head = try #require(try reopened.headCommitID())
    let entry = try #require(try reopened.tree(of: head).entries.values.first)
    let segment = try #require(try reopened.store.load(entry.manifest).tensors.first).segment
    #expect(try reopened.store.deltaDepth(of: segment.chunks[0]) == 0)
    #expect(Array(last.suffix(400_000)) == (try reopened.store.bytes(of: segment.chunks[0].digest, kind: .blob)))
  }

  @Test func aTensorOfAnotherDtypeStandsAloneOneOfAnotherSizeDoesNot() throws {
    let temporary = try TemporaryRepository()
    var random = SampleRandom(state: 2)
    let weights = ChunkSamples.weights(40_000, layout: .f32, random: &random)
    try temporary.write(safetensors([("a", "F32", weights), ("b", "F32", weights)]), to: StoredDeltaTests.path)
    try temporary.commit("first")
    let file = safetensors([
      ("a", "BF16", ChunkSamples.weights(80_000, layout: .bf16, random: &random)),
      ("b", "F32", Array(weights.dropLast(4000))),
    ])
    try temporary.write(file, to: StoredDeltaTests.path)
    let second = try temporary.commit("second")
    let entry = try #require(try temporary.repository.tree(of: second.id).entries.values.first)
    for (tensor, segment) in try temporary.repository.store.load(entry.manifest).tensors {
      #expect(try temporary.repository.store.deltaDepth(of: segment.chunks[0]) == (tensor.name == "a" ? 0 : 1))
    }
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test func aChainThatIsTooLongOrACycleIsRefused() throws {
    let whole = try order(10) { $0 == 0 ? [] : [$0 - 1] }
    #expect(whole.links == Array(0...10))
    #expect(whole.depth == 10)
    #expect(throws: StoreError.self) { try order(11) { $0 == 0 ? [] : [$0 - 1] } }
    #expect(throws: StoreError.self) { try order(0) { [1 - $0] } }
    #expect(throws: StoreError.self) { try order(0) { [$0] } }
  }

  @Test func whatSeveralStandOnComesOnceAndFirst() throws {
    let diamond = [0: [1, 2, 3], 1: [4], 2: [4, 5], 3: [], 4: [5], 5: []]
    let found = try order(0) { diamond[$0] ?? [] }
    #expect(found.links == [5, 4, 1, 2, 3, 0])
    #expect(found.depth == 3)
    #expect(throws: StoreError.self) { try order(0) { $0 == 0 ? Array(1...256) : [] } }
    let wide = try order(0) { $0 == 0 ? Array(1...255) : [] }
    #expect(wide.links.count == 256)
    // As many ways as there are leaves in a deep tree: each object is looked at once.
    let deep = try order(9) { $0 == 0 ? [] : Array(0..<$0) }
    #expect(deep.links.count == 10)
  }

  private func order(_ wanted: Int, _ bases: (Int) -> [Int]) throws -> DeltaChain.Order<Int> {
    var order = DeltaChain.Order<Int>()
    try order.add(wanted, id: { SHA256.digest(of: Array("\($0)".utf8)) }) { link throws(StoreError) in bases(link) }
    return order
  }

  @Test func damageInABaseIsFoundInWhatStandsOnIt() throws {
    let temporary = try TemporaryRepository()
    var random = SampleRandom(state: 3)
    var weights = ChunkSamples.weights(100_000, layout: .f32, random: &random)
    try temporary.write(safetensors([("a", "F32", weights)]), to: StoredDeltaTests.path)
    try temporary.commit("first")
    let packs = "\(temporary.folder)/.wgit/packs"
    let base = try #require(try FileManager.default.contentsOfDirectory(atPath: packs).first)
    step(&weights, width: 4, random: &random)
    try temporary.write(safetensors([("a", "F32", weights)]), to: StoredDeltaTests.path)
    try temporary.commit("second")

    let path = "\(packs)/\(base)"
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let findings = try temporary.reopen().checkIntegrity()
    #expect(findings.count >= 2)
  }
}
