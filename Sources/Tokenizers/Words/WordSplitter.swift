/// How a text is cut into words, each of which becomes tokens by itself.
package enum WordSplitter: Sendable, Hashable {
  /// At white space, which is left out, and around every mark of punctuation.
  case bert
  /// GPT-2's pattern, on bytes that stand for themselves. With a prefix space, a text that does not begin with one gets it.
  case byteLevel(addsPrefixSpace: Bool)

  /// The words as UTF-8, or as the bytes that the vocabulary's letters stand for.
  func words(_ text: [Unicode.Scalar]) -> [[UInt8]] {
    switch self {
    case .bert: WordSplitter.bertWords(text)
    case .byteLevel(let addsPrefixSpace):
      // An empty text has no beginning.
      addsPrefixSpace && text.first.map { $0 != " " } == true
        ? ByteLevel.words([" "] + text) : ByteLevel.words(text)
    }
  }

  private static func bertWords(_ text: [Unicode.Scalar]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    func end() {
      if !word.isEmpty { words.append(word) }
      word = []
    }
    for scalar in text {
      if scalar.isWhitespace {
        end()
      } else if scalar.isBertPunctuation {
        end()
        words.append(Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter))
      } else {
        word += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    end()
    return words
  }
}
