import Tensors

/// What a checkpoint says about one tensor, proved to be consistent: the byte range has the size that shape and type need.
package struct TensorDescriptor: Hashable, Sendable {
  package let name: String
  package let dtype: DType
  package let shape: Shape
  /// Where the elements stand, as offsets from the start of the file.
  package let byteRange: Range<Int>

  package init(name: String, dtype: DType, shape: Shape, byteRange: Range<Int>) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.byteRange = byteRange
  }

  package var byteCount: Int { byteRange.count }
}
