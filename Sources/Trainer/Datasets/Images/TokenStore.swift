/// Texts as the tokens of one model.
struct TokenStore: ImageStore {
  let sequences: [TokenSequence]
  /// The most tokens that the model takes.
  let limit: Int

  var count: Int { sequences.count }
  var shape: ActivationShape { .tokens(limit: limit) }
  var pixelType: PixelType { .float }

  func withPixels<Result>(_ image: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: 1 + 2 * limit) { row in
      if let start = row.baseAddress { sequences[image].write(to: start, limit: limit) }
      return try body(UnsafeRawBufferPointer(row))
    }
  }
}
