/// Bit-exact conversions between one 16-bit float and wider ones, free of branches on the data so that loops over them
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

  @inline(__always)
  static func bf16(from value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
    let quiet = (bits &>> 16) | 0x0040
    return UInt16(truncatingIfNeeded: value != value ? quiet : rounded)
  }

  /// Source: F. Giesen, "half_to_float": rebias the exponent; a subnormal is normalised by one exact subtraction.
  @inline(__always)
  static func float(fromF16 bits: UInt16) -> Float {
    let exponentMask: UInt32 = 0x7C00 << 13
    let magnitude = (UInt32(bits) & 0x7FFF) << 13
    let exponent = magnitude & exponentMask
    let normal = magnitude &+ ((127 - 15) << 23)
    let special = normal &+ ((128 - 16) << 23)
    let subnormal = Float(bitPattern: normal &+ (1 << 23)) - Float(bitPattern: 113 << 23)
    let finite = exponent == 0 ? subnormal.bitPattern : normal
    let result = exponent == exponentMask ? special : finite
    return Float(bitPattern: result | (UInt32(bits) & 0x8000) << 16)
  }

  /// Source: F. Giesen, "float_to_half_fast3_rtne": one addition lets the FPU round a subnormal.
  @inline(__always)
  static func f16(from value: Float) -> UInt16 {
    let bits = value.bitPattern
    let magnitude = bits & 0x7FFF_FFFF
    let subnormalMagic: UInt32 = ((127 - 15) + (23 - 10) + 1) << 23
    let sum = Float(bitPattern: magnitude) + Float(bitPattern: subnormalMagic)
    let subnormal = sum.bitPattern &- subnormalMagic
    let rebias = UInt32(bitPattern: (15 - 127) << 23) &+ 0xFFF
    let normal = (magnitude &+ rebias &+ ((magnitude &>> 13) & 1)) &>> 13
    let quiet: UInt32 = 0x7E00 | ((magnitude &>> 13) & 0x3FF)
    let finite = magnitude < (113 << 23) ? subnormal : normal
    let bounded = magnitude >= ((127 + 16) << 23) ? 0x7C00 : finite
    let result = magnitude > 0x7F80_0000 ? quiet : bounded
    return UInt16(truncatingIfNeeded: result | ((bits &>> 16) & 0x8000))
  }

  /// An F32 that carries enough of `value` for a second rounding to a 16-bit format to be right: rounded to odd, that
  /// is, inexact results get a last bit of 1, which no tie of the narrower format has.
  ///
  /// Source: S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using
  /// rounding to odd", IEEE Transactions on Computers 57(4), 2008.
  @inline(__always)
  static func roundedToOdd(_ value: Double) -> Float {
    let nearest = Float(value)
    let widened = Double(nearest)
    let bits = nearest.bitPattern
    let towardValue = widened.magnitude < value.magnitude ? bits &+ 1 : bits &- 1
    let odd = bits & 1 == 1 ? bits : towardValue
    // Exact values and NaN (which is unequal to itself, and unordered) keep the hardware's result.
    let isInexact = widened < value || widened > value
    return Float(bitPattern: isInexact ? odd : bits)
  }
}
