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

  private func packByteCount(_ folder: String) throws -> Int {
    let url = URL(fileURLWithPath: "\(folder)/.wgit")
    let files = FileManager.default.enumerator(at: url, includingPropertiesForKeys: [.fileSizeKey])
    return try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "pack" }.reduce(0) {
      $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
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
    #expect(try packByteCount(temporary.folder) < versions[0].1.count * 5)

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

  @Test func aTensorOfAnotherDtypeOrSizeStandsAlone() throws {
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
    for (_, segment) in try temporary.repository.store.load(entry.manifest).tensors {
      #expect(try temporary.repository.store.deltaDepth(of: segment.chunks[0]) == 0)
    }
    #expect(try temporary.repository.checkIntegrity().isEmpty)
  }

  @Test func aChainThatIsTooLongOrACycleIsRefused() throws {
    let whole = try DeltaChain.links(from: 8) { depth throws(StoreError) in depth == 0 ? nil : depth - 1 }
    #expect(whole.count == 9)
    #expect(throws: StoreError.self) {
      try DeltaChain.links(from: 9) { depth throws(StoreError) in depth == 0 ? nil : depth - 1 }
    }
    #expect(throws: StoreError.self) { try DeltaChain.links(from: 0) { link throws(StoreError) in 1 - link } }
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
