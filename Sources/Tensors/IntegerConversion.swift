/// Conversion between the stored bytes of I64 tensors and arrays of `Int64`: little-endian, any number of elements.
package enum IntegerConversion {
  /// - Throws: `sizeMismatch` unless `bytes` is a whole number of elements.
  package static func int64s(_ bytes: [UInt8]) throws(TensorError) -> [Int64] {
    guard bytes.count.isMultiple(of: 8) else {
      throw TensorError(.sizeMismatch, "\(bytes.count) bytes are not a whole number of I64 elements")
    }
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      let bits = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
      return Int64(bitPattern: bits)
    }
  }

  package static func bytes(_ values: [Int64]) -> [UInt8] {
    values.flatMap { value in
      let bits = UInt64(bitPattern: value)
      return (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }
  }
}
