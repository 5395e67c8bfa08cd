import Foundation
import WeightStore

/// Chunks as the codec meets them, from a fixed seed.
struct ChunkSample: Sendable {
  let name: String
  let layout: ElementLayout
  let bytes: [UInt8]
  let base: [UInt8]
}

/// SplitMix64: small, and the same everywhere.
struct SampleRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  mutating func normal() -> Double {
    let first = Double.random(in: Double.ulpOfOne...1, using: &self)
    let second = Double.random(in: 0..<1, using: &self)
    return (-2 * log(first)).squareRoot() * cos(2 * Double.pi * second)
  }
}

enum ChunkSamples {
  static let layouts: [(String, ElementLayout)] =
    [("f64", .f64), ("f32", .f32), ("bf16", .bf16), ("f16", .f16)]
    + [1, 2, 4, 8].compactMap { width in
      ElementLayout(width: width, exponentBitCount: 0).map { ("integers of \(width) bytes", $0) }
    }

  /// Every layout at many sizes, with bases that differ little, much, nowhere but in a few places, and in all bits.
  static let all: [ChunkSample] = layouts.flatMap { name, layout in
    [0, 1, 2, 7, 8, 31, 32, 33, 100, 1023, 1024, 1025, 5000, 40_000].flatMap { count in
      changes.map { change in
        var random = SampleRandom(state: UInt64(count * 31 + layout.width * 7 + layout.exponentBitCount))
        let base = weights(count, layout: layout, random: &random)
        let child = changed(base, by: change, layout: layout, random: &random)
        return ChunkSample(name: "\(count) \(name), \(change)", layout: layout, bytes: child, base: base)
      }
    }
  }

  /// A whole chunk of each floating-point type.
  static func large(_ layout: ElementLayout, change: Change = .step) -> ChunkSample {
    var random = SampleRandom(state: 99)
    let base = weights((1 << 20) / layout.width, layout: layout, random: &random)
    let child = changed(base, by: change, layout: layout, random: &random)
    return ChunkSample(name: "large", layout: layout, bytes: child, base: base)
  }

  enum Change: CaseIterable {
    case none, step, few, noise, rows, extremes
  }

  static let changes = Change.allCases

  static func weights(_ count: Int, layout: ElementLayout, random: inout SampleRandom) -> [UInt8] {
    (0..<count).flatMap { _ in element(random.normal() * 0.05, layout: layout) }
  }

  static func element(_ value: Double, layout: ElementLayout) -> [UInt8] {
    let bits: UInt64 =
      switch (layout.width, layout.exponentBitCount) {
      case (8, 11): value.bitPattern
      case (4, 8): UInt64(Float(value).bitPattern)
      case (2, 8): UInt64((Float(value).bitPattern &+ 0x8000) >> 16)
      case (2, 5): UInt64(Float16(value).bitPattern)
      default: UInt64(bitPattern: Int64(value * 1000))
      }
    return (0..<layout.width).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
  }

  private static func changed(
    _ base: [UInt8], by change: Change, layout: ElementLayout, random: inout SampleRandom
  ) -> [UInt8] {
    var child = base
    let count = base.count / layout.width
    for index in 0..<count {
      let start = index * layout.width
      switch change {
      case .none: break
      case .step:
        // An optimizer's step: the low bytes move.
        let moved = Int(base[start]) + Int(random.normal() * 20)
        child[start] = UInt8(truncatingIfNeeded: moved)
        if layout.width > 2 {
          child[start + 1] = UInt8(truncatingIfNeeded: Int(base[start + 1]) + Int(random.normal()))
        }
      case .few: if index % 97 == 0 { child[start] ^= 1 }
      case .noise: for offset in start..<(start + layout.width) { child[offset] = UInt8(random.next() & 0xff) }
      case .rows: if index / 384 % 3 == 0 { child[start] = UInt8(random.next() & 0xff) }
      case .extremes:
        // Smallest and largest values, infinities, NaNs and their neighbours.
        let top: UInt8 = [0x00, 0x7f, 0x80, 0xff][Int(random.next() & 3)]
        child[start + layout.width - 1] = top
        child[start] = [0x00, 0x01, 0xff, 0x80][Int(random.next() & 3)]
      }
    }
    return child
  }
}
