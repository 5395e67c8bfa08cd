/// Makes a model's ids of texts, as the tokenizer that it was trained with did.
///
/// A text is looked through for added tokens, normalised, cut into words, and each word into tokens of the vocabulary;
/// special tokens are put around the result.
///
/// - Determinism: a pure function of the tokenizer's files and the text.
/// - Checked by: TokenizerAgreementTests: the same ids as the Rust library `tokenizers` on more than 10,000 sentences.
package struct Tokenizer: Sendable {
  enum Model: Sendable {
    case wordPiece(WordPiece)
    case bytePairEncoding(BytePairEncoding)
  }

  /// What is looked for before and after normalisation.
  let rawTokens: AddedTokens
  let normalizedTokens: AddedTokens
  let normalizer: Normalizer?
  let splitter: WordSplitter
  let model: Model
  let template: SequenceTemplate
  /// The id of each token, compared by bytes.
  let ids: [ArraySlice<UInt8>: Int32]

  /// One more than the largest id: the rows that an embedding needs.
  package let idCount: Int

  /// The id of a token of the vocabulary or of an added one.
  package func id(of token: String) -> Int32? { ids[Array(token.utf8)[...]] }

  /// - Parameters:
  ///   - pair: a second text, for models that compare two.
  ///   - maximumCount: of ids, special tokens included; the texts are cut at their ends.
  package func encode(_ text: String, pair: String? = nil, maximumCount: Int? = nil) -> Encoding {
    template.encoding(tokens(text), pair.map(tokens), maximumCount: maximumCount)
  }

  /// The ids of a text without special tokens around.
  package func tokens(_ text: String) -> [Int32] {
    var result: [Int32] = []
    for piece in rawTokens.pieces(of: Array(text.unicodeScalars)) {
      switch piece {
      case .token(let id): result.append(id)
      case .text(let raw): appendNormalized(normalizer?.normalize(Array(raw)) ?? Array(raw), to: &result)
      }
    }
    return result
  }

  private func appendNormalized(_ text: [Unicode.Scalar], to result: inout [Int32]) {
    for piece in normalizedTokens.pieces(of: text) {
      switch piece {
      case .token(let id): result.append(id)
      case .text(let part):
        for word in splitter.words(Array(part)) {
          switch model {
          case .wordPiece(let model): model.append(word, to: &result)
          case .bytePairEncoding(let model): model.append(word, to: &result)
          }
        }
      }
    }
  }
}
