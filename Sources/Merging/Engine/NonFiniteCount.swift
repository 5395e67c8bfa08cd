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
    guard let start = bytes.baseAddress else { return }
    let kernels = FloatKernels.best
    switch dtype {
    case .f64: count(bytes)
    case .f32: kernels.count_special_32(start, 0x7F80_0000, bytes.count / 4, &nan, &infinite)
    case .bf16: kernels.count_special_16(start, 0x7F80, bytes.count / 2, &nan, &infinite)
    case .f16: kernels.count_special_16(start, 0x7C00, bytes.count / 2, &nan, &infinite)
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

  private mutating func count(_ bytes: UnsafeRawBufferPointer) {
    for offset in stride(from: 0, to: bytes.count, by: 8) {
      let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let value = Double(bitPattern: UInt64(littleEndian: bits))
      if value.isNaN { nan += 1 } else if value.isInfinite { infinite += 1 }
    }
  }
}
