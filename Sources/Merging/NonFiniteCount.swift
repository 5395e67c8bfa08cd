import Tensors

/// How many elements are not finite numbers.
package struct NonFiniteCount: Hashable, Sendable {
  package var nan: Int
  /// Infinities of either sign: from an input, or from a result beyond the range of its type.
  package var infinite: Int

  package init(nan: Int = 0, infinite: Int = 0) {
    self.nan = nan
    self.infinite = infinite
  }

  /// Counts stored elements of type F64, F32, BF16 or F16; of other types there are none.
  package init(of bytes: UnsafeRawBufferPointer, as dtype: DType) {
    self.init()
    switch dtype {
    case .f64: count(bytes, infinity: Double.infinity.bitPattern)
    case .f32: count(bytes, infinity: Float.infinity.bitPattern)
    case .bf16: count(bytes, infinity: UInt16(0x7F80))
    case .f16: count(bytes, infinity: UInt16(0x7C00))
    default: break
    }
  }

  /// Whether every element is finite.
  package var isZero: Bool { nan == 0 && infinite == 0 }

  package static func += (left: inout NonFiniteCount, right: NonFiniteCount) {
    left.nan += right.nan
    left.infinite += right.infinite
  }

  /// In order of their bits, magnitudes are finite numbers, then infinity, then NaN.
  @inline(__always)
  private mutating func count<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, infinity: Bits
  ) {
    guard let base = bytes.baseAddress else { return }
    let width = MemoryLayout<Bits>.size
    // Counted in the element's own width where it cannot overflow, so that the loop vectorises.
    for start in stride(from: 0, to: bytes.count / width, by: 1 << 14) {
      var notNumbers: Bits = 0
      var infinities: Bits = 0
      for index in start..<min(start + 1 << 14, bytes.count / width) {
        let bits = Bits(littleEndian: base.loadUnaligned(fromByteOffset: index &* width, as: Bits.self))
        let magnitude = bits & (Bits.max >> 1)
        notNumbers &+= magnitude > infinity ? 1 : 0
        infinities &+= magnitude == infinity ? 1 : 0
      }
      nan += Int(notNumbers)
      infinite += Int(infinities)
    }
  }
}
