import Foundation
import Testing
import WeightStore

struct PackTests {
  private struct Pack {
    let name: String
    let bytes: [UInt8]
    let placed: [PackWriter.Placed]
  }

  /// A small pack with records of three encodings.
  private func pack(in folder: String) throws -> Pack {
    var writer = try PackWriter.create(temporaryFolder: folder)
    var random = DeterministicRandom(seed: 7)
    for (bytes, layout) in [
      (random.bytes(20), ChunkLayout.opaque), ([UInt8](repeating: 1, count: 90), .opaque),
      ([UInt8](repeating: 2, count: 64), .elements(.f32)),
    ] {
      let encoded = try bytes.withUnsafeBytes { try ChunkCodec.encode($0, layout: layout) }
      try writer.append(kind: .blob, id: SHA256.digest(of: bytes), rawByteCount: bytes.count, encoded: encoded)
    }
    let sealed = try writer.seal(folder: folder)
    let url = URL(filePath: folder).appending(path: sealed.name)
    return Pack(name: sealed.name, bytes: Array(try Data(contentsOf: url)), placed: sealed.records)
  }

  private func walk(_ bytes: [UInt8], name: String, in folder: String) throws -> Int {
    let path = "\(folder)/\(name)"
    try? FileManager.default.removeItem(atPath: path)
    try Data(bytes).write(to: URL(filePath: path))
    var count = 0
    try PackReader(folder: folder, name: name).forEachRecord { _, _, _ in count += 1 }
    return count
  }

  @Test func recordsComeBack() throws {
    let temporary = try TemporaryRepository()
    let pack = try pack(in: temporary.folder)
    #expect(Set(pack.placed.map(\.record.encoding)) == [.raw, .zlib, .constant])
    #expect(try walk(pack.bytes, name: pack.name, in: temporary.folder) == 3)
    let reader = try PackReader(folder: temporary.folder, name: pack.name)
    for placed in pack.placed {
      let payload = try reader.payload(of: placed.record, at: placed.offset)
      let bytes = try ChunkCodec.decode(
        payload, encoding: placed.record.encoding, rawByteCount: placed.record.rawByteCount)
      #expect(SHA256.digest(of: bytes) == placed.record.id)
      expectError(.corruptPack) { _ = try reader.payload(of: placed.record, at: placed.offset + 1) }
      expectError(.corruptPack) { _ = try reader.payload(of: placed.record, at: pack.bytes.count) }
    }
  }

  @Test func everyTruncationIsDetected() throws {
    let temporary = try TemporaryRepository()
    let pack = try pack(in: temporary.folder)
    for count in pack.bytes.indices {
      let cut = Array(pack.bytes.prefix(count))
      #expect(throws: StoreError.self) { try walk(cut, name: pack.name, in: temporary.folder) }
    }
    #expect(throws: StoreError.self) { try walk(pack.bytes + [0], name: pack.name, in: temporary.folder) }
  }

  @Test func everyFlippedBitIsDetected() throws {
    let temporary = try TemporaryRepository()
    let pack = try pack(in: temporary.folder)
    for index in pack.bytes.indices {
      for bit in 0..<8 {
        var flipped = pack.bytes
        flipped[index] ^= 1 << UInt8(bit)
        #expect(throws: StoreError.self, "byte \(index), bit \(bit)") {
          try walk(flipped, name: pack.name, in: temporary.folder)
        }
      }
    }
  }

  @Test func anotherNameIsDetected() throws {
    let temporary = try TemporaryRepository()
    let pack = try pack(in: temporary.folder)
    let name = PackFormat.fileName(.zero)
    expectError(.corruptPack) { _ = try walk(pack.bytes, name: name, in: temporary.folder) }
  }

  @Test func aSealedPackLeavesNoTemporaryFile() throws {
    let temporary = try TemporaryRepository()
    let pack = try pack(in: temporary.folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: temporary.folder)
    #expect(names.sorted() == [".wgit", pack.name])
  }
}
