import Glibc

extension FloatConversion {
  /// Encodes numbers as stored elements, rounding each once.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` unless `destination` holds exactly `values.count` elements.
  package static func encode(
    _ values: UnsafeBufferPointer<Float>, as dtype: DType, into destination: UnsafeMutableRawBufferPointer
  ) throws(TensorError) {
    let format = try format(of: dtype, byteCount: destination.count, elementCount: values.count)
    switch format {
    case .f64: store(values, destination) { Double($0).bitPattern }
    case .f32: store(values, destination) { $0.bitPattern }
    case .bf16: store(values, destination) { FloatBits.bf16(from: $0) }
    case .f16: store(values, destination) { FloatBits.f16(from: $0) }
    }
  }

  /// Encodes numbers as stored elements, rounding each once.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` unless `destination` holds exactly `values.count` elements.
  package static func encode(
    _ values: UnsafeBufferPointer<Double>, as dtype: DType, into destination: UnsafeMutableRawBufferPointer
  ) throws(TensorError) {
    let format = try format(of: dtype, byteCount: destination.count, elementCount: values.count)
    guard let from = values.baseAddress, let to = destination.baseAddress else { return }
    switch format {
    case .f64: memcpy(to, from, destination.count)
    case .f32: FloatKernels.best.encode_f32(from, to, values.count)
    case .bf16: FloatKernels.best.encode_bf16(from, to, values.count)
    case .f16: FloatKernels.best.encode_f16(from, to, values.count)
    }
  }

  @inline(__always)
  private static func store<Bits: FixedWidthInteger & BitwiseCopyable, Value>(
    _ values: UnsafeBufferPointer<Value>, _ destination: UnsafeMutableRawBufferPointer, _ convert: (Value) -> Bits
  ) {
    guard let from = values.baseAddress, let to = destination.baseAddress else { return }
    for index in 0..<values.count {
      let bits = convert(from[index]).littleEndian
      to.storeBytes(of: bits, toByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)
    }
  }
}
