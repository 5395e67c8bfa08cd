/// Texts of a data set's files: rows like images, but without pixels.
struct TextStore: ImageStore {
  /// One or two for each row.
  let texts: [[String]]

  var count: Int { texts.count }
  var shape: ActivationShape { .features(0) }
  var pixelType: PixelType { .byte }

  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    throw TrainerError(.shapeMismatch, "row \(image) is a text, which has no pixels")
  }
}
