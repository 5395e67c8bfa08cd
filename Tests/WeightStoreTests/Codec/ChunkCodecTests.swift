import Testing
import WeightStore

struct ChunkCodecTests {
  static let elementEncodings: [ChunkEncoding] = [.planes, .deltaTokens, .deltaPlanes]

  private func encode(_ sample: ChunkSample, as encoding: ChunkEncoding, limit: Int) -> ChunkCodec.Encoded? {
    let workspace = CodecWorkspace()
    return sample.bytes.withUnsafeBytes { bytes in
      sample.base.withUnsafeBytes { base in
        ChunkCodec.encodeElements(
          bytes, as: encoding, layout: sample.layout, base: base, limit: limit, workspace: workspace)
      }
    }
  }

  private func choose(_ sample: ChunkSample, base: [UInt8]?) throws -> ChunkCodec.Encoded {
    try sample.bytes.withUnsafeBytes { bytes in
      guard let base else { return try ChunkCodec.encode(bytes, layout: .elements(sample.layout)) }
      return try base.withUnsafeBytes { try ChunkCodec.encode(bytes, layout: .elements(sample.layout), base: $0) }
    }
  }

  @Test(arguments: elementEncodings)
  func everyEncodingGivesTheBytesBack(_ encoding: ChunkEncoding) throws {
    var encodedCount = 0
    for sample in ChunkSamples.all {
      guard let encoded = encode(sample, as: encoding, limit: 1 << 20) else { continue }
      encodedCount += 1
      let decoded = try ChunkCodec.decode(
        encoded.payload, encoding: encoding, rawByteCount: sample.bytes.count,
        base: encoding.needsBase ? sample.base : nil)
      #expect(decoded == sample.bytes, "\(sample.name)")
    }
    #expect(encodedCount > ChunkSamples.all.count / 2)
  }

  @Test func theChosenFormIsNeverLargerThanTheBytes() throws {
    for sample in ChunkSamples.all {
      for base in [nil, sample.base, Array(sample.base.dropLast(sample.layout.width))] {
        let encoded = try choose(sample, base: base)
        #expect(encoded.payload.count <= sample.bytes.count, "\(sample.name)")
        let decoded = try ChunkCodec.decode(
          encoded.payload, encoding: encoded.encoding, rawByteCount: sample.bytes.count,
          base: encoded.encoding.needsBase ? base : nil)
        #expect(decoded == sample.bytes, "\(sample.name)")
      }
    }
  }

  /// Bounds with some room above what was reached when they were written; the ratios on real weights stand in
  /// docs/performance.md.
  @Test(arguments: [
    (ElementLayout.f32, 0.84, 0.35), (.bf16, 0.68, 0.60), (.f16, 0.86, 0.65), (.f64, 0.92, 0.17),
  ])
  func wholeChunksShrink(_ layout: ElementLayout, planes: Double, delta: Double) throws {
    let sample = ChunkSamples.large(layout)
    let alone = try choose(sample, base: nil)
    #expect(alone.encoding == .planes)
    #expect(Double(alone.payload.count) < planes * Double(sample.bytes.count))
    let against = try choose(sample, base: sample.base)
    #expect(against.encoding == .deltaTokens)
    #expect(Double(against.payload.count) < delta * Double(sample.bytes.count))
  }

  @Test func aFewChangedElementsCostLittle() throws {
    let sample = ChunkSamples.large(.f32, change: .few)
    let encoded = try choose(sample, base: sample.base)
    #expect(encoded.encoding.needsBase)
    #expect(encoded.payload.count < sample.bytes.count / 100)
  }

  @Test func aBaseThatIsNotAlikeIsNotUsed() throws {
    let sample = ChunkSamples.large(.f32)
    let other = ChunkSamples.large(.f32, change: .noise)
    #expect(try choose(sample, base: other.bytes).encoding == .planes)
  }

  @Test func oneElementOverAndOverIsConstant() throws {
    let bytes = [UInt8]((0..<1000).flatMap { _ in [0, 0, 0x80, 0x3f] as [UInt8] })
    let encoded = try bytes.withUnsafeBytes { try ChunkCodec.encode($0, layout: .elements(.f32)) }
    #expect(encoded.encoding == .constant)
    #expect(encoded.payload == [0, 0, 0x80, 0x3f])
    #expect(try ChunkCodec.decode(encoded.payload, encoding: .constant, rawByteCount: 4000) == bytes)
  }

  @Test func aSkewedByteIsCodedBelowOneBit() throws {
    let bytes = (0..<100_000).map { UInt8($0 % 1000 == 0 ? 1 : 0) }
    let layout = try #require(ElementLayout(width: 1, exponentBitCount: 0))
    let encoded = try bytes.withUnsafeBytes { try ChunkCodec.encode($0, layout: .elements(layout)) }
    #expect(encoded.encoding == .planes)
    #expect(encoded.payload.count < 300)
  }

  @Test func aDeltaNeedsABase() throws {
    let sample = ChunkSamples.large(.bf16)
    for encoding in [ChunkEncoding.deltaTokens, .deltaPlanes] {
      let encoded = try #require(encode(sample, as: encoding, limit: 1 << 20))
      #expect(throws: StoreError.self) {
        try ChunkCodec.decode(encoded.payload, encoding: encoding, rawByteCount: sample.bytes.count)
      }
    }
  }

  @Test func aBaseIsCutOrFilledUpWithZeros() throws {
    let sample = ChunkSamples.large(.bf16)
    for base in [sample.base + [1, 2, 3], Array(sample.base.dropLast(1001))] {
      let fitted = ChunkCodec.fitted(base, to: sample.bytes.count)
      let same = ChunkSample(name: sample.name, layout: sample.layout, bytes: sample.bytes, base: fitted)
      for encoding in [ChunkEncoding.deltaTokens, .deltaPlanes] {
        let encoded = try #require(encode(same, as: encoding, limit: 1 << 20))
        let decoded = try ChunkCodec.decode(
          encoded.payload, encoding: encoding, rawByteCount: sample.bytes.count, base: base)
        #expect(decoded == sample.bytes)
      }
    }
  }

  @Test func aLimitIsKept() {
    let sample = ChunkSamples.large(.f32)
    for encoding in ChunkCodecTests.elementEncodings {
      guard let whole = encode(sample, as: encoding, limit: 1 << 20) else { continue }
      #expect(encode(sample, as: encoding, limit: whole.payload.count) != nil)
      #expect(encode(sample, as: encoding, limit: whole.payload.count - 1) == nil)
    }
  }
}
