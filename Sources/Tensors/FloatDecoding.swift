import Glibc

/// Conversion between the stored bytes of floating-point tensors and arrays of `Float` or `Double`.
///
/// - DType: F64, F32, BF16 and F16; little-endian bytes at any alignment.
/// - Rounding: at most once, to nearest even; subnormals are kept, NaN stays NaN, overflow gives infinity.
/// - Checked by: FloatConversionTests, against numpy and exhaustively over the 16-bit formats.
package enum FloatConversion {
  /// Decodes stored elements as F32. F64 is rounded; the other types are exact.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` unless `source` holds exactly `destination.count` elements.
  package static func decode(
    _ source: UnsafeRawBufferPointer, as dtype: DType, into destination: UnsafeMutableBufferPointer<Float>
  ) throws(TensorError) {
    let format = try format(of: dtype, byteCount: source.count, elementCount: destination.count)
    switch format {
    case .f64: load(source, destination) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f32: load(source, destination) { (bits: UInt32) in Float(bitPattern: bits) }
    case .bf16: load(source, destination) { (bits: UInt16) in FloatBits.float(fromBF16: bits) }
    case .f16: load(source, destination) { (bits: UInt16) in FloatBits.float(fromF16: bits) }
    }
  }

  /// Decodes stored elements as F64, exactly.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` unless `source` holds exactly `destination.count` elements.
  package static func decode(
    _ source: UnsafeRawBufferPointer, as dtype: DType, into destination: UnsafeMutableBufferPointer<Double>
  ) throws(TensorError) {
    let format = try format(of: dtype, byteCount: source.count, elementCount: destination.count)
    guard let from = source.baseAddress, let to = destination.baseAddress else { return }
    switch format {
    case .f64: memcpy(to, from, source.count)
    case .f32: FloatKernels.best.decode_f32(from, to, destination.count)
    case .bf16: FloatKernels.best.decode_bf16(from, to, destination.count)
    case .f16: FloatKernels.best.decode_f16(from, to, destination.count)
    }
  }

  /// Adds stored elements, times a factor, to sums in F64.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` unless `source` holds exactly `sums.count` elements.
  package static func accumulate(
    _ source: UnsafeRawBufferPointer, as dtype: DType, times factor: Double,
    into sums: UnsafeMutableBufferPointer<Double>
  ) throws(TensorError) {
    let format = try format(of: dtype, byteCount: source.count, elementCount: sums.count)
    guard let from = source.baseAddress, let to = sums.baseAddress else { return }
    switch format {
    case .f64: FloatKernels.best.accumulate_f64(from, factor, to, sums.count)
    case .f32: FloatKernels.best.accumulate_f32(from, factor, to, sums.count)
    case .bf16: FloatKernels.best.accumulate_bf16(from, factor, to, sums.count)
    case .f16: FloatKernels.best.accumulate_f16(from, factor, to, sums.count)
    }
  }

  /// Whether elements of that type convert to numbers and back: F64, F32, BF16 and F16.
  package static func isSupported(_ dtype: DType) -> Bool {
    switch dtype {
    case .f64, .f32, .bf16, .f16: true
    default: false
    }
  }

  /// The types that convert.
  enum Format {
    case f64, f32, bf16, f16
  }

  /// Names the stored format and proves that the buffers agree, so that the loops need no checks.
  static func format(of dtype: DType, byteCount: Int, elementCount: Int) throws(TensorError) -> Format {
    let format: Format
    switch dtype {
    case .f64: format = .f64
    case .f32: format = .f32
    case .bf16: format = .bf16
    case .f16: format = .f16
    default:
      throw TensorError(.unsupportedDType, "no conversion between \(dtype.rawValue) elements and numbers")
    }
    let (needed, overflow) = elementCount.multipliedReportingOverflow(by: dtype.bitWidth / 8)
    guard !overflow, needed == byteCount else {
      throw TensorError(
        .sizeMismatch, "\(byteCount) bytes do not hold exactly \(elementCount) \(dtype.rawValue) elements")
    }
    return format
  }

  @inline(__always)
  private static func load<Bits: FixedWidthInteger & BitwiseCopyable, Value>(
    _ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableBufferPointer<Value>, _ convert: (Bits) -> Value
  ) {
    guard let from = source.baseAddress, let to = destination.baseAddress else { return }
    for index in 0..<destination.count {
      let bits = from.loadUnaligned(fromByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)
      to[index] = convert(Bits(littleEndian: bits))
    }
  }
}
