/// Cuts a word into the longest pieces that a vocabulary holds, from left to right.
///
/// - Source: Y. Wu et al., "Google's neural machine translation system", 2016, §4.1; J. Devlin et al., "BERT", NAACL 2019.
package struct WordPiece: Sendable {
  private let ids: [ArraySlice<UInt8>: Int32]
  private let unknownID: Int32
  /// What pieces begin with that do not begin a word.
  private let prefix: [UInt8]
  /// Longer words, in characters, are unknown.
  private let largestCharacterCount: Int

  /// - Parameter ids: the vocabulary, as UTF-8.
  init(ids: [ArraySlice<UInt8>: Int32], unknownID: Int32, prefix: String, largestCharacterCount: Int) {
    self.ids = ids
    self.unknownID = unknownID
    self.prefix = Array(prefix.utf8)
    self.largestCharacterCount = largestCharacterCount
  }

  /// - Parameter word: UTF-8.
  func append(_ word: [UInt8], to result: inout [Int32]) {
    guard word.count(where: { $0 & 0xC0 != 0x80 }) <= largestCharacterCount else { return result.append(unknownID) }
    let before = result.count
    // What is left of the word, after the first piece with the prefix before it.
    var rest = word
    var minimum = 0
    while let (id, end) = longest(rest, longerThan: minimum) {
      result.append(id)
      guard end < rest.count else { return }
      rest = prefix + rest[end...]
      minimum = prefix.count
    }
    result.removeLast(result.count - before)
    result.append(unknownID)
  }

  private func longest(_ bytes: [UInt8], longerThan minimum: Int) -> (id: Int32, end: Int)? {
    var end = bytes.count
    while end > minimum {
      // Only at the boundaries of characters.
      if end == bytes.count || bytes[end] & 0xC0 != 0x80, let id = ids[bytes[..<end]] { return (id, end) }
      end -= 1
    }
    return nil
  }
}
