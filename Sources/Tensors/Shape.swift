/// The extent of a tensor along each axis, outermost first, with the element count proved to fit in `Int`.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// Extents in C order; empty for a scalar.
  package let dimensions: [Int]

  /// The product of the dimensions: 1 for a scalar, 0 if any dimension is 0.
  package let elementCount: Int

  /// Makes a shape from untrusted extents.
  ///
  /// - Throws: `negativeDimension`; `sizeOverflow` if a product of leading dimensions exceeds `Int.max`, as the Rust
  ///   library judges it: `[2^62, 4, 0]` is refused although its count is 0.
  package init(_ dimensions: [Int]) throws(TensorError) {
    var count = 1
    for extent in dimensions {
      guard extent >= 0 else {
        throw TensorError(.negativeDimension, "shape \(dimensions) has a negative dimension: \(extent)")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw TensorError(.sizeOverflow, "shape \(dimensions) has more than \(Int.max) elements")
      }
      count = product
    }
    self.dimensions = dimensions
    self.elementCount = count
  }

  /// The number of axes.
  package var rank: Int { dimensions.count }

  /// For example `[384, 1536]`; `[]` for a scalar.
  package var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }

  /// The bytes that a dense tensor of this shape takes.
  ///
  /// - Throws: `sizeOverflow` if the bit count exceeds `Int.max`; `partialByte` if sub-byte elements do not fill whole
  ///   bytes, which safetensors demands.
  package func byteCount(of dtype: DType) throws(TensorError) -> Int {
    let (bits, overflow) = elementCount.multipliedReportingOverflow(by: dtype.bitWidth)
    guard !overflow else {
      throw TensorError(.sizeOverflow, "\(dtype.rawValue) tensor of shape \(self) is larger than \(Int.max) bits")
    }
    guard bits.isMultiple(of: 8) else {
      throw TensorError(
        .partialByte, "\(dtype.rawValue) tensor of shape \(self) takes \(bits) bits, not a whole number of bytes")
    }
    return bits / 8
  }
}
