import Testing
import WeightStore

struct PlaneCodecTests {
  @Test(arguments: [1, 2, 4, 8], [false, true])
  func everyWidthComesBack(_ width: Int, _ rotatesSign: Bool) throws {
    var random = DeterministicRandom(seed: UInt64(width))
    let noise = random.bytes(width * 1000)
    let constant = [UInt8](repeating: 0x7f, count: width * 1000)
    let ramp = (0..<(width * 1000)).map { UInt8(truncatingIfNeeded: $0 / 97) }
    for bytes in [noise, constant, ramp, Array(noise.prefix(width)), random.floats(2000)] {
      let payload = try #require(
        try bytes.withUnsafeBytes { try PlaneCodec.encode($0, width: width, rotatesSign: rotatesSign) })
      #expect(try decode(payload, count: bytes.count) == bytes)
    }
  }

  @Test func whatIsNoWholeElementsIsNotEncoded() throws {
    for (width, count) in [(2, 3), (4, 0), (3, 3), (16, 16), (0, 4)] {
      let bytes = [UInt8](repeating: 0, count: count)
      #expect(try bytes.withUnsafeBytes { try PlaneCodec.encode($0, width: width, rotatesSign: false) } == nil)
    }
  }

  @Test func weightsGetSmaller() throws {
    var random = DeterministicRandom(seed: 9)
    let weights = random.floats(1 << 16)
    let payload = try #require(
      try weights.withUnsafeBytes { try PlaneCodec.encode($0, width: 4, rotatesSign: true) })
    #expect(payload.count < weights.count * 9 / 10)
  }

  @Test(
    arguments: [
      [], [4], [3, 0], [4, 2], [0, 0], [4, 0], [1, 0, 0, 4, 0, 0, 0], [1, 0, 0, 4, 0, 0, 0, 1, 2, 3],
      [1, 0, 2, 0, 0, 0, 0], [1, 0, 2, 2, 0, 0, 0, 1, 1], [1, 0, 3, 4, 0, 0, 0, 1, 2, 3, 4],
      [1, 0, 0, 255, 255, 255, 255, 1], [1, 0, 1, 0, 0, 0, 0], [1, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5],
    ] as [[UInt8]])
  func brokenPayloadsAreRefused(_ payload: [UInt8]) {
    expectError(.corruptObject) { _ = try decode(payload, count: 4) }
  }

  private func decode(_ payload: [UInt8], count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { output in
      try payload.withUnsafeBytes { try PlaneCodec.decode($0, into: output) }
    }
    return bytes
  }
}
