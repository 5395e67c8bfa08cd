import Testing
import WeightStore

/// A prediction that a stranger wrote gives bytes or an error.
struct HostilePredictionTests {
  private static let first: [UInt8] = (1...300).flatMap { ChunkSamples.element(Double($0) / 7, layout: .f32) }
  private static let second: [UInt8] = (1...300).flatMap { ChunkSamples.element(Double($0 % 11) / 9, layout: .bf16) }
  private static let ids = [first, second].map { SHA256.digest(of: $0) }
  private static let bases = [ids[0]: first, ids[1]: second]

  private func prediction(
    layout: ElementLayout = .f32, ids: [Digest] = ids, coefficient: Double = 0.5, divisor: Double = 2,
    parts: [Prediction.Part] = [.init(base: 0, offset: 0, byteCount: 1200)]
  ) -> Prediction {
    Prediction(
      layout: layout, baseIDs: ids,
      terms: [
        .init(coefficient: coefficient, layout: .f32, parts: parts),
        .init(coefficient: 1, layout: .bf16, parts: [.init(base: 1, offset: 0, byteCount: 600)]),
      ], divisor: divisor)
  }

  /// `nil` if it throws `StoreError.corruptObject`, which is the only error allowed.
  private func decode(_ payload: [UInt8], _ bases: [Digest: [UInt8]] = bases) throws -> [UInt8]? {
    do throws(StoreError) {
      return try PredictedChunk.decode(payload, rawByteCount: 1200, bases: bases)
    } catch {
      #expect(error.code == .corruptObject)
      return nil
    }
  }

  private func predicted() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1200)
    try bytes.withUnsafeMutableBytes { try prediction().evaluate(HostilePredictionTests.bases, into: $0) }
    return bytes
  }

  private func payload(withResidual: Bool) throws -> [UInt8] {
    guard withResidual else { return prediction().head(residual: nil) }
    let predicted = try predicted()
    var bytes = predicted
    for index in stride(from: 0, to: 1200, by: 40) { bytes[index] ^= 1 }
    let residual = bytes.withUnsafeBytes { bytes in
      predicted.withUnsafeBytes { base in
        ChunkCodec.encodeElements(
          bytes, as: .deltaTokens, layout: .f32, base: base, limit: 2000, workspace: CodecWorkspace())
      }
    }
    return prediction().head(residual: .deltaTokens) + (try #require(residual).payload)
  }

  @Test(arguments: [false, true]) func aPayloadThatIsCutOrGrownIsRefused(withResidual: Bool) throws {
    let payload = try payload(withResidual: withResidual)
    #expect(try decode(payload) != nil)
    for length in payload.indices { #expect(try decode(Array(payload[..<length])) == nil) }
    #expect(try decode(payload + [0]) == nil)
  }

  @Test(arguments: [false, true]) func changedBytesNeverTrap(withResidual: Bool) throws {
    var random = SampleRandom(state: 9)
    let payload = try payload(withResidual: withResidual)
    for round in 0..<6000 {
      var changed = payload
      let reach = round % 2 == 0 ? 16 : payload.count
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        changed[Int.random(in: 0..<reach, using: &random)] = UInt8(truncatingIfNeeded: random.next())
      }
      let decoded = try decode(changed)
      #expect(decoded == nil || decoded?.count == 1200)
    }
  }

  @Test func basesThatAreMissingOrTooShortAreRefused() throws {
    let payload = try payload(withResidual: false)
    for id in HostilePredictionTests.ids {
      #expect(try decode(payload, HostilePredictionTests.bases.filter { $0.key != id }) == nil)
      var shorter = HostilePredictionTests.bases
      shorter[id] = Array(shorter[id]?.dropLast() ?? [])
      #expect(try decode(payload, shorter) == nil)
    }
  }

  @Test func headsThatMeanNothingAreRefused() throws {
    let ids = HostilePredictionTests.ids
    let wrong = [
      prediction(ids: [ids[0], ids[0]]), prediction(ids: [ids[0], .zero]), prediction(ids: ids + [.zero]),
      prediction(ids: [ids[0]]), prediction(coefficient: .nan), prediction(coefficient: .infinity),
      prediction(divisor: 0), prediction(divisor: -.infinity), prediction(parts: []),
      prediction(parts: [.init(base: 2, offset: 0, byteCount: 1200)]),
      prediction(parts: [.init(base: 0, offset: 4, byteCount: 1200)]),
      prediction(parts: [.init(base: 0, offset: 0xFFFF_FFFF, byteCount: 1200)]),
      prediction(parts: [.init(base: 0, offset: 0, byteCount: 1196)]),
      prediction(parts: [.init(base: 0, offset: 0, byteCount: 1199), .init(base: 0, offset: 0, byteCount: 1)]),
      prediction(parts: [.init(base: 0, offset: 0, byteCount: 0), .init(base: 0, offset: 0, byteCount: 1200)]),
      prediction(parts: (0..<17).map { .init(base: 0, offset: 0, byteCount: $0 == 0 ? 1136 : 4) }),
      prediction(parts: [.init(base: 1, offset: 0, byteCount: 1200)]), prediction(layout: .bf16),
    ]
    for (index, prediction) in wrong.enumerated() {
      #expect(try decode(prediction.head(residual: nil)) == nil, "\(index)")
    }
    for residual in [ChunkEncoding.planes, .predicted, .zlib] {
      #expect(try decode(prediction().head(residual: residual)) == nil)
    }
  }

  /// A chunk of a terabyte is refused by its size, not by the lack of memory.
  @Test func nothingIsAllocatedForAChunkThatIsTooLarge() {
    for byteCount in [1 << 40, Int.max, -1] {
      expectError(.corruptObject) {
        _ = try PredictedChunk.decode(prediction().head(residual: nil), rawByteCount: byteCount, bases: [:])
      }
    }
  }

  @Test("a NaN has one form", arguments: [ElementLayout.f64, .f32, .bf16, .f16])
  func notANumber(layout: ElementLayout) throws {
    let values: [Double] = [.nan, -.nan, .infinity, 1]
    let base = values.flatMap { ChunkSamples.element($0, layout: layout) }
    let id = SHA256.digest(of: base)
    let difference = Prediction(
      layout: layout, baseIDs: [id],
      terms: [1, -1].map {
        .init(coefficient: $0, layout: layout, parts: [.init(base: 0, offset: 0, byteCount: base.count)])
      }, divisor: 1)
    let decoded = try PredictedChunk.decode(
      difference.head(residual: nil), rawByteCount: base.count, bases: [id: base])
    let quiet: [UInt8] =
      switch layout {
      case .f64: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
      case .f32: [0, 0, 0xc0, 0x7f]
      case .bf16: [0xc0, 0x7f]
      default: [0, 0x7e]
      }
    #expect(decoded == quiet + quiet + quiet + [UInt8](repeating: 0, count: layout.width))
  }
}
