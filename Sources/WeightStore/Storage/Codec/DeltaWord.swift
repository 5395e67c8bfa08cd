/// Elements as the unsigned integers that differences are made of.
///
/// `ordered` maps floating-point numbers to integers in the same order (two's complement): the bits of negative numbers
/// except the sign are flipped. It is its own inverse. The difference of two neighbouring numbers is then 1, whatever
/// their exponents. Integers stay as they are.
protocol DeltaWord: FixedWidthInteger, UnsignedInteger {
  /// The token of a magnitude: the magnitude below 16; from there, with k the position of its highest bit, `8 + 2 k` plus
  /// the bit below the highest.
  static func token(_ magnitude: Self) -> UInt16
}

extension DeltaWord {
  /// `flip`: all ones for floating-point numbers, zero for integers.
  @inline(__always) func ordered(_ flip: Self) -> Self {
    let signs: Self = 0 &- (self &>> Self(Self.bitWidth - 1))
    return self ^ (signs &>> 1 & flip)
  }

  /// The absolute value of a two's complement number; the most negative one gives 2^(w-1).
  @inline(__always) var absolute: Self {
    let signs: Self = 0 &- (self &>> Self(Self.bitWidth - 1))
    return (self ^ signs) &- signs
  }
}

/// Conversion to floating point finds the highest bit and the one below it, and does so for many elements at a time.
@inline(__always) private func floatToken(_ magnitude: UInt32) -> UInt16 {
  // Clearing a bit eight places below each set bit keeps the two highest and stops rounding from carrying into them.
  let exact = Float(Int32(bitPattern: magnitude & ~(magnitude &>> 8)))
  let large = UInt16(truncatingIfNeeded: exact.bitPattern &>> 22 & 0x1ff) &- 246
  return magnitude < 16 ? UInt16(truncatingIfNeeded: magnitude) : large
}

extension UInt8: DeltaWord {
  @inline(__always) static func token(_ magnitude: UInt8) -> UInt16 { floatToken(UInt32(magnitude)) }
}

extension UInt16: DeltaWord {
  @inline(__always) static func token(_ magnitude: UInt16) -> UInt16 { floatToken(UInt32(magnitude)) }
}

extension UInt32: DeltaWord {
  @inline(__always) static func token(_ magnitude: UInt32) -> UInt16 { floatToken(magnitude) }
}

extension UInt64: DeltaWord {
  @inline(__always) static func token(_ magnitude: UInt64) -> UInt16 {
    guard magnitude >= 16 else { return UInt16(magnitude) }
    let top = UInt64(63 &- magnitude.leadingZeroBitCount)
    return UInt16(truncatingIfNeeded: 8 &+ 2 &* top &+ (magnitude &>> (top &- 1)) & 1)
  }
}

/// What tokens are, beside the bits that follow them.
enum DeltaToken {
  /// The largest token is that of 2^63.
  static let count = 8 + 2 * 63 + 2

  /// Raw bits: the sign if the magnitude is not 0, and from 16 on the bits below the two highest. In all, the position
  /// of the highest bit.
  static func bitCount(_ token: Int) -> Int {
    token == 0 ? 0 : token < 16 ? 1 : (token - 8) >> 1
  }

  /// The smallest magnitude with this token.
  static func base(_ token: Int) -> UInt64 {
    token < 16 ? UInt64(token) : UInt64(2 + (token & 1)) << UInt64(((token - 8) >> 1) - 1)
  }
}

/// The exponent of the base's element as the context of a token: how much a unit in the last place means depends on it.
///
/// `context = clamp(top - exponent, 0, 15) >> shift`.
enum DeltaContexts {
  static let maximumCount = 16
  /// For 16, 4 or 1 contexts.
  static let shifts = [0, 2, 4]
}
