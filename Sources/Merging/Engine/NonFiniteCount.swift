import Tensors

/// How many elements are not finite numbers.
package struct NonFiniteCount: Hashable, Sendable {
  package var nan: Int
  /// Infinities of either sign: from an input, or from a result beyond the range of its type.
  package var infinite: Int
  /// Infinities where every input is finite: the result is beyond the range of its type.
  package var overflowed: Int

  package init(nan: Int = 0, infinite: Int = 0, overflowed: Int = 0) {
    self.nan = nan
    self.infinite = infinite
    self.overflowed = overflowed
  }

  /// Counts stored elements of type F64, F32, BF16 or F16; of other types there are none.
  package init(of bytes: UnsafeRawBufferPointer, as dtype: DType) {
    self.init()
    switch dtype {
    case .f64: count(bytes, infinity: Int64(0x7FF0_0000_0000_0000))
    case .f32: count(bytes, infinity: Int32(0x7F80_0000))
    case .bf16: count(bytes, infinity: Int16(0x7F80))
    case .f16: count(bytes, infinity: Int16(0x7C00))
    default: break
    }
  }

  /// Whether every element is finite.
  package var isZero: Bool { nan == 0 && infinite == 0 }

  package static func += (left: inout NonFiniteCount, right: NonFiniteCount) {
    left.nan += right.nan
    left.infinite += right.infinite
    left.overflowed += right.overflowed
  }

  /// How many infinities of a result stand where all inputs are finite. Reads the inputs again: that is rare.
  static func overflows(
    in result: UnsafeRawBufferPointer, as dtype: DType, from readers: [any TensorReader], elements: Range<Int>
  ) throws -> Int {
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: elements.count)
    defer { values.deallocate() }
    try FloatConversion.decode(result, as: dtype, into: values)
    var isCandidate = values.map(\.isInfinite)
    for reader in readers where FloatConversion.isSupported(reader.dtype) {
      let raw = try RawPieces([reader], elements)
      try FloatConversion.decode(raw.bytes(0, 0..<elements.count), as: reader.dtype, into: values)
      withExtendedLifetime(raw) {}
      for index in isCandidate.indices where !values[index].isFinite { isCandidate[index] = false }
    }
    return isCandidate.count { $0 }
  }

  /// In order of their bits, magnitudes are finite numbers, then infinity, then NaN. Signed, because baseline vectors
  /// compare only signed integers.
  @inline(__always)
  private mutating func count<Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, infinity: Bits
  ) {
    let width = MemoryLayout<Bits>.size
    let elementCount = bytes.count / width
    // Counted in the element's own width where it cannot overflow, so that the loop vectorises.
    for start in stride(from: 0, to: elementCount, by: 1 << 14) {
      guard let base = bytes.baseAddress?.advanced(by: start * width) else { return }
      var notNumbers: Bits = 0
      var infinities: Bits = 0
      for index in 0..<min(1 << 14, elementCount - start) {
        let bits = Bits(littleEndian: base.loadUnaligned(fromByteOffset: index &* width, as: Bits.self))
        let magnitude = bits & Bits.max
        notNumbers &+= Bits(truncatingIfNeeded: magnitude > infinity ? 1 : 0)
        infinities &+= Bits(truncatingIfNeeded: magnitude == infinity ? 1 : 0)
      }
      nan += Int(notNumbers)
      infinite += Int(infinities)
    }
  }
}
