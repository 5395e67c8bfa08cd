// Whole-array forms of the conversions, for small tensors and tests.

extension FloatConversion {
  /// Decodes stored elements as F32.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` if the bytes are no whole number of elements.
  package static func floats(_ bytes: [UInt8], as dtype: DType) throws(TensorError) -> [Float] {
    let count = bytes.count / (dtype.byteWidth ?? 1)
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    defer { values.deallocate() }
    try bytes.span.withUnsafeBytes { (source) throws(TensorError) in try decode(source, as: dtype, into: values) }
    return Array(values)
  }

  /// Decodes stored elements as F64.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` if the bytes are no whole number of elements.
  package static func doubles(_ bytes: [UInt8], as dtype: DType) throws(TensorError) -> [Double] {
    let count = bytes.count / (dtype.byteWidth ?? 1)
    let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
    defer { values.deallocate() }
    try bytes.span.withUnsafeBytes { (source) throws(TensorError) in try decode(source, as: dtype, into: values) }
    return Array(values)
  }

  /// Encodes numbers as stored elements.
  ///
  /// - Throws: `unsupportedDType`.
  package static func bytes(_ values: [Float], as dtype: DType) throws(TensorError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: values.count * (dtype.byteWidth ?? 1))
    try bytes.withUnsafeMutableBufferPointer { (destination) throws(TensorError) in
      let destination = UnsafeMutableRawBufferPointer(destination)
      try values.withUnsafeBufferPointer { (source) throws(TensorError) in
        try encode(source, as: dtype, into: destination)
      }
    }
    return bytes
  }

  /// Encodes numbers as stored elements.
  ///
  /// - Throws: `unsupportedDType`.
  package static func bytes(_ values: [Double], as dtype: DType) throws(TensorError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: values.count * (dtype.byteWidth ?? 1))
    try bytes.withUnsafeMutableBufferPointer { (destination) throws(TensorError) in
      let destination = UnsafeMutableRawBufferPointer(destination)
      try values.withUnsafeBufferPointer { (source) throws(TensorError) in
        try encode(source, as: dtype, into: destination)
      }
    }
    return bytes
  }
}
