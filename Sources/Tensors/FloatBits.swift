/// Bit-exact conversions between a 16-bit float and wider ones, free of branches on the data so that loops over them
/// vectorise on any CPU (x86-64's baseline has no half-precision instructions).
///
/// Rounding: to nearest, ties to even, once. Subnormals are kept; overflow gives infinity; a NaN stays a quiet NaN of
/// the same sign.
enum FloatBits {
  /// BF16 is the upper half of an F32.
  @inline(__always)
  static func float(fromBF16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// Shifted into place, an F16 is an F32 that is 2^112 too small, subnormals included; infinity and NaN then lack the
  /// upper bits of their exponent.
  ///
  /// Source: F. Giesen, "half_to_float_fast5".
  @inline(__always)
  static func float(fromF16 bits: UInt16) -> Float {
    let shifted = (UInt32(bits) & 0x7FFF) << 13
    let scaled = (Float(bitPattern: shifted) * 0x1p112).bitPattern
    let special: UInt32 = shifted >= 0x7C00 << 13 ? 0x7F80_0000 : 0
    return Float(bitPattern: scaled | special | (UInt32(bits) & 0x8000) << 16)
  }

  @inline(__always)
  static func bf16(from value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
    let quiet = (bits &>> 16) | 0x0040
    return UInt16(truncatingIfNeeded: value != value ? quiet : rounded)
  }

  @inline(__always)
  static func f16(from value: Float) -> UInt16 {
    f16(from: Double(value))
  }

  @inline(__always)
  static func bf16(from value: Double) -> UInt16 {
    narrowed(value, fractionBits: 7, leastNormal: 0x1p-126, greatestExponent: 127)
  }

  @inline(__always)
  static func f16(from value: Double) -> UInt16 {
    narrowed(value, fractionBits: 10, leastNormal: 0x1p-14, greatestExponent: 15)
  }

  /// Rounds to a 16-bit format straight from F64; by way of F32 it would round twice.
  ///
  /// A normal result: integer addition rounds the fraction at the place where it is cut off, and a carry runs into the
  /// exponent, up to infinity. A subnormal one: adding a power of 2 whose last place is the format's smallest number
  /// makes the FPU round there.
  @inline(__always)
  private static func narrowed(
    _ value: Double, fractionBits: UInt64, leastNormal: Double, greatestExponent: UInt64
  ) -> UInt16 {
    let cut = 52 &- fractionBits
    let magnitude = value.magnitude
    let bits = magnitude.bitPattern
    let half = (UInt64(1) &<< (cut &- 1)) &- 1
    let rebias = (1023 &- greatestExponent) &<< fractionBits
    let normal = ((bits &+ half &+ ((bits &>> cut) & 1)) &>> cut) &- rebias
    let aligner = leastNormal * Double(bitPattern: (1023 &+ cut) &<< 52)
    let subnormal = (magnitude + aligner).bitPattern &- aligner.bitPattern
    let finite = magnitude < leastNormal ? subnormal : normal
    let infinity = (2 &* greatestExponent &+ 1) &<< fractionBits
    let bounded = magnitude >= 4 / leastNormal ? infinity : finite
    let quietBit = UInt64(1) &<< (fractionBits &- 1)
    let quiet = infinity | quietBit | ((bits &>> cut) & (quietBit &- 1))
    let result = value != value ? quiet : bounded
    return UInt16(truncatingIfNeeded: result | ((value.bitPattern &>> 48) & 0x8000))
  }
}
