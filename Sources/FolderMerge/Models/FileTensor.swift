import Merging
import Tensors

/// A tensor as it stands in a model's file.
struct FileTensor: TensorReader {
  let model: OpenModel
  let name: String
  let dtype: DType
  let shape: Shape
  let digest: [UInt8]?

  /// `nil` if the model has no such tensor.
  init?(_ name: String, of model: OpenModel) {
    guard let descriptor = model.descriptor(name) else { return nil }
    self.model = model
    self.name = name
    dtype = descriptor.dtype
    shape = descriptor.shape
    digest = model.digest(name)
  }

  func read(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard let width = dtype.byteWidth else {
      // Types narrower than a byte are only ever read whole.
      return try model.read(name, from: elements.lowerBound * dtype.bitWidth / 8, into: buffer)
    }
    try model.read(name, from: elements.lowerBound * width, into: buffer)
  }
}
