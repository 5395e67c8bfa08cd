/// The words of GPT-2 and RoBERTa, and the letters that stand for their bytes in vocabularies.
///
/// The pattern is
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// - Source: A. Radford et al., "Language models are unsupervised multitask learners", 2019, and its published encoder.
enum ByteLevel {
  static func words(_ text: [Unicode.Scalar]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var start = 0
    while start < text.count {
      let end = wordEnd(text, from: start)
      words.append(text[start..<end].flatMap { UTF8.encode($0) ?? UTF8.encodedReplacementCharacter })
      start = end
    }
    return words
  }

  private static let contractions: [[Unicode.Scalar]] = ["s", "t", "re", "ve", "m", "ll", "d"].map {
    Array($0.unicodeScalars)
  }

  private static func wordEnd(_ text: [Unicode.Scalar], from start: Int) -> Int {
    if text[start] == "'" {
      for ending in contractions where text[(start + 1)...].starts(with: ending) { return start + 1 + ending.count }
    }
    let first = text[start] == " " && start + 1 < text.count ? start + 1 : start
    if !text[first].isWhitespace {
      let kind = Kind(text[first])
      return text[first...].firstIndex { $0.isWhitespace || Kind($0) != kind } ?? text.count
    }
    // White space: all of it, but for the last one if a word follows, to which that belongs.
    let end = text[start...].firstIndex { !$0.isWhitespace } ?? text.count
    return end < text.count && end - start > 1 ? end - 1 : end
  }

  private enum Kind {
    case letters, numbers, others

    init(_ scalar: Unicode.Scalar) {
      self = scalar.isLetter ? .letters : scalar.isNumber ? .numbers : .others
    }
  }

  /// The letter that stands for each byte: printable ones for themselves, the others for letters from U+0100 on.
  static let letters: [Unicode.Scalar] = {
    var letters: [Unicode.Scalar] = []
    var next: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 33...126, 161...172, 174...255: letters.append(Unicode.Scalar(byte))
      default:
        letters.append(Unicode.Scalar(next) ?? "?")
        next += 1
      }
    }
    return letters
  }()

  private static let bytes = Dictionary(uniqueKeysWithValues: letters.enumerated().map { ($1, UInt8($0)) })

  /// The bytes that an entry of a vocabulary stands for; `nil` if it has letters that stand for none.
  static func bytes(of entry: String) -> [UInt8]? {
    var result: [UInt8] = []
    for letter in entry.unicodeScalars {
      guard let byte = bytes[letter] else { return nil }
      result.append(byte)
    }
    return result
  }
}
