import Tokenizers

/// How a network's encoder is given texts: its tokenizer, and how many tokens it takes.
package struct TextInput: Sendable {
  private let tokenizer: Tokenizer
  private let configuration: EncoderConfiguration
  /// Of a text with what stands around it; what is longer is cut.
  private let tokenLimit: Int

  /// - Parameter tokenLimit: what the tokenizer's configuration says, if it does.
  /// - Throws: `TrainerError.malformedNetwork` for a tokenizer with ids that the model has no row for.
  package init(_ tokenizer: Tokenizer, for configuration: EncoderConfiguration, tokenLimit: Int? = nil) throws {
    guard tokenizer.idCount <= configuration.vocabularySize else {
      throw TrainerError(
        .malformedNetwork,
        "the tokenizer has ids up to \(tokenizer.idCount - 1), the model has a vocabulary of "
          + "\(configuration.vocabularySize)")
    }
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.tokenLimit = max(1, min(configuration.maximumTokenCount, tokenLimit ?? .max))
  }

  /// The same texts for an encoder with another head.
  func with(_ configuration: EncoderConfiguration) throws -> TextInput {
    try TextInput(tokenizer, for: configuration, tokenLimit: tokenLimit)
  }

  /// - Parameter texts: one or two.
  /// - Throws: `TrainerError.inputOutOfRange`.
  package func sequence(_ texts: [String]) throws -> TokenSequence {
    let encoding = tokenizer.encode(
      texts.first ?? "", pair: texts.count > 1 ? texts[1] : nil, maximumCount: tokenLimit)
    // Where kinds of text are not told apart, all are of one.
    let typeIDs = configuration.typeCount > 1 ? encoding.typeIDs : encoding.typeIDs.map { _ in 0 }
    return try TokenSequence(ids: encoding.ids, typeIDs: typeIDs, for: configuration)
  }

  /// Texts are worked on by one thread in pieces of so many.
  private static let pieceSize = 64

  /// The tokens of some texts of a store.
  func tokens(_ store: TextStore, of images: [Int], rowNumbers: [Int], threadCount: Int) throws -> TokenStore {
    var found = [TokenSequence?](repeating: nil, count: images.count)
    let pieceCount = (images.count + Self.pieceSize - 1) / Self.pieceSize
    try found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      try ShardedWork(threadCount: threadCount).run(shardCount: pieceCount) { _, piece in
        for index in piece * Self.pieceSize..<min((piece + 1) * Self.pieceSize, images.count) {
          do {
            found[index] = try sequence(store.texts[images[index]])
          } catch let error as TrainerError {
            throw TrainerError(error.code, "row \(rowNumbers[index]) of the data: \(error.message)")
          }
        }
      }
    }
    return TokenStore(sequences: found.compactMap { $0 }, limit: configuration.maximumTokenCount)
  }
}
