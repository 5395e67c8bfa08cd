import Tokenizers
import Trainer

/// Files of tokenizers: one that is accepted makes ids of any text, and every id has a row in the table of embeddings.
enum TokenizerInput {
  private static let texts = [
    "", " ", "A film's abs -- [MASK] é e\u{301} 映画\u{0}\u{FFFD} <mask>ab", String(repeating: "ab", count: 60),
  ]

  static func json(_ input: UnsafeRawBufferPointer) throws {
    check(try Tokenizer(json: Array(input)))
  }

  /// `vocab.txt`, and behind a zero byte, if there is one, `tokenizer_config.json`.
  static func vocabulary(_ input: UnsafeRawBufferPointer) throws {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    check(try Tokenizer(vocabulary: Array(parts[0]), configuration: parts.count > 1 ? Array(parts[1]) : nil))
  }

  private static func check(_ tokenizer: Tokenizer) {
    for (index, text) in texts.enumerated() {
      let whole = tokenizer.encode(text, pair: index.isMultiple(of: 2) ? nil : "ab")
      require(whole.ids.count == whole.typeIDs.count, "ids without types")
      require(whole.ids.allSatisfy { $0 >= 0 && $0 < tokenizer.idCount }, "an id that no embedding has")
      let specialCount = tokenizer.encode("", maximumCount: 0).ids.count
      let cut = tokenizer.encode(text, maximumCount: 5)
      require(cut.ids.count <= max(5, specialCount), "more ids than there is room for")
    }
  }
}

/// `config.json` of an encoder: its sizes go together.
enum EncoderInput {
  static func parse(_ input: UnsafeRawBufferPointer) throws {
    let configuration = try EncoderConfiguration(json: Array(input))
    require(configuration.headSize * configuration.headCount == configuration.hiddenSize, "heads that leave a rest")
    require(configuration.maximumTokenCount > 0, "no position for a token")
    for probability in [configuration.hiddenDropout, configuration.attentionDropout, configuration.classifierDropout] {
      require((0...1).contains(probability), "a dropout that is no probability")
    }
  }
}
