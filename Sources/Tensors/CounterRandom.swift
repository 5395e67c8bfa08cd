import Glibc

/// Random numbers as a pure function of (seed, stream, index): no state to advance, so any element can be drawn alone,
/// in any order, on any thread, and always comes out the same.
///
/// With all arithmetic modulo 2^64, `mix` the finaliser of SplitMix64 and γ = 0x9E3779B97F4A7C15:
///
///     key₀ = mix(seed + γ)    key₁ = mix(stream ^ rotl(key₀, 32))
///     bits(i) = mix(mix(key₀ + γ·i) ^ key₁)
///
/// - Not for secrets.
/// - Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with
///   D. Stafford's variant 13 of the finaliser; J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
///   SC 2011, for the counter form.
/// - Checked by: CounterRandomTests, against an independent Python program.
package struct CounterRandom: Hashable, Sendable {
  private let key0: UInt64
  private let key1: UInt64

  private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// A generator for one numbered stream of a seed.
  package init(seed: UInt64, stream: UInt64) {
    key0 = Self.mix(seed &+ Self.gamma)
    key1 = Self.mix(stream ^ (key0 << 32 | key0 >> 32))
  }

  /// A generator for one named stream of a seed, for example a tensor's name. The stream's number is the FNV-1a 64-bit
  /// hash of the name's UTF-8 bytes.
  package init(seed: UInt64, stream: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in stream.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    self.init(seed: seed, stream: hash)
  }

  /// 64 random bits.
  @inline(__always)
  package func bits(at index: UInt64) -> UInt64 {
    Self.mix(Self.mix(key0 &+ Self.gamma &* index) ^ key1)
  }

  /// A number in [0, 1): the upper 53 bits of `bits(at:)`, times 2^-53.
  @inline(__always)
  package func uniform(at index: UInt64) -> Double {
    Double(bits(at: index) >> 11) * 0x1p-53
  }

  /// A standard normal number, by Box and Muller from the uniforms u at 2·index and v at 2·index + 1:
  /// √(−2 ln(1 − u)) · cos(2πv).
  ///
  /// - Determinism: the last bit depends on the C library's `log` and `cos`.
  /// - Ranges: |result| < 8.58.
  package func normal(at index: UInt64) -> Double {
    let radius = (-2 * log(1 - uniform(at: 2 &* index))).squareRoot()
    return radius * cos(2 * Double.pi * uniform(at: 2 &* index &+ 1))
  }

  /// An integer in `0..<bound`: the upper word of bits × bound, so no value is off by more than bound / 2^64.
  ///
  /// - Precondition: `bound > 0`.
  @inline(__always)
  package func integer(at index: UInt64, below bound: Int) -> Int {
    precondition(bound > 0, "the bound of a random integer must be above zero")
    return Int(bits(at: index).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A random order of `0..<count`, by Fisher and Yates: for i from count − 1 down to 1, the elements at i and
  /// `integer(at: i, below: i + 1)` change places.
  package func permutation(count: Int) -> [Int] {
    var order = Array(0..<max(0, count))
    for index in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(index, integer(at: UInt64(index), below: index + 1))
    }
    return order
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
