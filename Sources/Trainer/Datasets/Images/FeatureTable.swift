/// Samples that were read as numbers from text and are held in memory.
struct FeatureTable: ImageStore {
  let count: Int
  let shape: ActivationShape
  let pixelType = PixelType.float
  /// [count, shape] in memory order.
  private let values: [Float]

  init(shape: ActivationShape, values: [Float]) {
    self.shape = shape
    self.values = values
    count = values.count / shape.elementCount
  }

  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try values.withUnsafeBufferPointer { values in
      let start = image * shape.elementCount
      return try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values[start..<start + shape.elementCount])))
    }
  }
}
