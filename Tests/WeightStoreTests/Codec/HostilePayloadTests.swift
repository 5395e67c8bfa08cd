import Testing
import WeightStore

/// Payloads come from disks and networks: whatever they hold, decoding gives bytes or an error.
struct HostilePayloadTests {
  private struct Case {
    let encoding: ChunkEncoding
    let payload: [UInt8]
    let bytes: [UInt8]
    let base: [UInt8]?
  }

  private static func cases() -> [Case] {
    let workspace = CodecWorkspace()
    return ChunkSamples.all.filter { [100, 1025, 5000].contains($0.bytes.count / $0.layout.width) }.flatMap { sample in
      ChunkCodecTests.elementEncodings.compactMap { encoding -> Case? in
        let encoded = sample.bytes.withUnsafeBytes { bytes in
          sample.base.withUnsafeBytes { base in
            ChunkCodec.encodeElements(
              bytes, as: encoding, layout: sample.layout, base: base, limit: 1 << 20, workspace: workspace)
          }
        }
        return encoded.map {
          Case(
            encoding: encoding, payload: $0.payload, bytes: sample.bytes, base: encoding.needsBase ? sample.base : nil)
        }
      }
    }
  }

  /// Decodes; `nil` if it throws `StoreError.corruptObject`, which is the only error allowed.
  private func decode(_ payload: [UInt8], _ item: Case, rawByteCount: Int? = nil) throws -> [UInt8]? {
    do throws(StoreError) {
      return try ChunkCodec.decode(
        payload, encoding: item.encoding, rawByteCount: rawByteCount ?? item.bytes.count, base: item.base)
    } catch {
      #expect(error.code == .corruptObject)
      return nil
    }
  }

  @Test func aPayloadThatIsCutOrGrownIsRefused() throws {
    for item in HostilePayloadTests.cases() {
      var lengths = Set(0..<min(200, item.payload.count))
      lengths.formUnion(max(0, item.payload.count - 50)..<item.payload.count)
      for length in lengths {
        #expect(try decode(Array(item.payload[..<length]), item) == nil)
      }
      #expect(try decode(item.payload + [0], item) == nil)
    }
  }

  @Test func changedBytesNeverTrap() throws {
    var random = SampleRandom(state: 5)
    for item in HostilePayloadTests.cases() {
      for round in 0..<60 {
        var payload = item.payload
        // Headers and tables stand first: half of the changes go there.
        let reach = round % 2 == 0 ? min(64, payload.count) : payload.count
        for _ in 0...Int.random(in: 0..<3, using: &random) {
          payload[Int.random(in: 0..<reach, using: &random)] = UInt8(truncatingIfNeeded: random.next())
        }
        let decoded = try decode(payload, item)
        #expect(decoded == nil || decoded?.count == item.bytes.count)
      }
    }
  }

  @Test func anotherSizeGivesThatManyBytesOrAnError() throws {
    for item in HostilePayloadTests.cases() where item.base != nil || item.encoding == .planes {
      for byteCount in [0, 1, item.bytes.count - 1, item.bytes.count + 8] {
        let decoded = try decode(item.payload, item, rawByteCount: byteCount)
        #expect(decoded == nil || item.base == nil && decoded?.count == byteCount)
      }
    }
  }

  @Test func randomBytesNeverTrap() throws {
    var random = SampleRandom(state: 6)
    let base = [UInt8](repeating: 3, count: 4096)
    for encoding in ChunkEncoding.allCases where encoding != .raw && encoding != .zlib {
      for _ in 0..<2000 {
        let count = Int.random(in: 0..<300, using: &random)
        var payload = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        if payload.count > 1 { (payload[0], payload[1]) = [(1, 0), (2, 8), (4, 8), (8, 11)][Int(random.next() & 3)] }
        if payload.count > 4 { payload[2] &= 3 }
        let item = Case(
          encoding: encoding, payload: payload, bytes: base, base: encoding.needsBase ? base : nil)
        _ = try decode(payload, item)
      }
    }
  }

  /// A code that is not complete would leave bit sequences without meaning.
  @Test func tablesThatDoNotAddUpAreRefused() throws {
    let lanes = [UInt8](repeating: 0, count: 20)
    // Plane form 2, symbols 0 and 1: lengths 1 and 2, then 1 and 12.
    for lengths: UInt8 in [0x21, 0xc1] {
      let payload: [UInt8] = [1, 0, 2, 0, 1, lengths] + lanes
      #expect(throws: StoreError.self) {
        try ChunkCodec.decode(payload, encoding: .planes, rawByteCount: 16)
      }
    }
    // Plane form 3: one symbol with 2047 of 2048, one with 4096, one whose code does not end.
    let states = [0, 0, 0, 0] + [UInt8](repeating: 0x40, count: 32)
    for model: [UInt8] in [[0, 0x08, 0], [0, 0x10, 0x02, 0], [0, 0, 0, 0, 0, 0]] {
      let payload: [UInt8] = [1, 0, 3, 5, 5] + model + states
      #expect(throws: StoreError.self) {
        try ChunkCodec.decode(payload, encoding: .planes, rawByteCount: 16)
      }
    }
  }
}
