/// Texts of a data set's files: rows like images, but without pixels. A model's tokenizer makes a `TokenStore` of them.
struct TextStore: ImageStore {
  /// One or two for each row.
  let texts: [[String]]

  var count: Int { texts.count }
  var shape: ActivationShape { .tokens(limit: 0) }
  var pixelType: PixelType { .float }

  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    throw TrainerError(.shapeMismatch, "row \(image) is a text, which only a model with a tokenizer takes")
  }
}
