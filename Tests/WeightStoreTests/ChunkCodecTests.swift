import Testing
import WeightStore

struct ChunkCodecTests {
  private static let layouts: [ChunkLayout] = [
    .opaque, .elements(width: 1, isFloat: false), .elements(width: 2, isFloat: true),
    .elements(width: 4, isFloat: true), .elements(width: 8, isFloat: false),
  ]

  @Test(arguments: layouts)
  func everythingComesBack(_ layout: ChunkLayout) throws {
    var random = DeterministicRandom(seed: 4)
    let sizes = [0, 1, 2, 3, 7, 8, 63, 64, 65, 4096, 65537, ChunkGrid.chunkByteCount]
    for size in sizes {
      let noise = random.bytes(size)
      for bytes in [noise, [UInt8](repeating: 0, count: size), noise.map { $0 & 3 }] {
        let encoded = try bytes.withUnsafeBytes { try ChunkCodec.encode($0, layout: layout) }
        #expect(encoded.payload.count <= bytes.count)
        #expect(
          try ChunkCodec.decode(encoded.payload, encoding: encoded.encoding, rawByteCount: size) == bytes)
      }
    }
  }

  /// A changed payload is refused, or decodes to as many bytes as asked for: the SHA-256 then decides. It never traps.
  @Test(arguments: ChunkEncoding.allCases)
  func mutatedPayloadsNeverTrap(_ encoding: ChunkEncoding) throws {
    var random = DeterministicRandom(seed: 5)
    let bytes = random.floats(300).map { $0 & 0xf3 }
    let payload = try payload(of: bytes, as: encoding)
    for _ in 0..<4000 {
      let mutant = mutate(payload, &random)
      let size = Bool.random(using: &random) ? bytes.count : Int.random(in: 0...2000, using: &random)
      if let decoded = try? ChunkCodec.decode(mutant, encoding: encoding, rawByteCount: size) {
        #expect(decoded.count == size)
      }
    }
  }

  @Test(arguments: ChunkEncoding.allCases)
  func theWrongEncodingNeverTraps(_ encoding: ChunkEncoding) throws {
    var random = DeterministicRandom(seed: 6)
    for size in 0..<400 {
      let noise = random.bytes(size)
      for rawByteCount in [0, 1, size, 1024] {
        _ = try? ChunkCodec.decode(noise, encoding: encoding, rawByteCount: rawByteCount)
      }
    }
  }

  private func payload(of bytes: [UInt8], as encoding: ChunkEncoding) throws -> [UInt8] {
    try bytes.withUnsafeBytes { bytes in
      switch encoding {
      case .raw: Array(bytes)
      case .zlib: try #require(try ZlibStream.compress(bytes, strategy: .matches, limit: bytes.count))
      case .planes: try #require(try PlaneCodec.encode(bytes, width: 4, rotatesSign: true))
      }
    }
  }

  private func mutate(_ payload: [UInt8], _ random: inout DeterministicRandom) -> [UInt8] {
    var mutant = payload
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard let index = mutant.indices.randomElement(using: &random) else { break }
      switch UInt8.random(in: 0...4, using: &random) {
      case 0: mutant[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 1: mutant[index] = UInt8.random(in: 0...255, using: &random)
      case 2: mutant.remove(at: index)
      case 3: mutant.insert(UInt8.random(in: 0...255, using: &random), at: index)
      default: mutant.removeLast(Int.random(in: 0...min(8, mutant.count), using: &random))
      }
    }
    return mutant
  }
}
