/// Tokens that are found in a text as they stand, before it is cut into words: `[MASK]`, `<mask>`.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    let content: [Unicode.Scalar]
    let id: Int32
    /// Takes the white space before it, or after it.
    let stripsLeft: Bool
    let stripsRight: Bool
    /// Only where no letter or digit touches it.
    let isWholeWord: Bool
  }

  enum Piece {
    case token(Int32)
    case text(ArraySlice<Unicode.Scalar>)
  }

  /// By their first character, the longest first.
  private let tokens: [Unicode.Scalar: [Token]]

  init(_ tokens: [Token]) {
    var byFirst: [Unicode.Scalar: [Token]] = [:]
    for token in tokens {
      guard let first = token.content.first else { continue }
      byFirst[first, default: []].append(token)
    }
    self.tokens = byFirst.mapValues { $0.sorted { $0.content.count > $1.content.count } }
  }

  func pieces(of text: [Unicode.Scalar]) -> [Piece] {
    guard !tokens.isEmpty else { return [.text(text[...])] }
    var pieces: [Piece] = []
    var done = 0
    var position = 0
    while position < text.count {
      guard let token = tokens[text[position]]?.first(where: { text[position...].starts(with: $0.content) }) else {
        position += 1
        continue
      }
      let end = position + token.content.count
      position = end
      if token.isWholeWord && touchesWord(text, end - token.content.count, end) { continue }
      var first = end - token.content.count
      if token.stripsLeft { while first > done, text[first - 1].isWhitespace { first -= 1 } }
      var last = end
      if token.stripsRight { while last < text.count, text[last].isWhitespace { last += 1 } }
      if first > done { pieces.append(.text(text[done..<first])) }
      pieces.append(.token(token.id))
      done = last
      position = last
    }
    if done < text.count { pieces.append(.text(text[done...])) }
    return pieces
  }

  private func touchesWord(_ text: [Unicode.Scalar], _ start: Int, _ end: Int) -> Bool {
    let isWord = { (scalar: Unicode.Scalar) in scalar.isLetter || scalar.isNumber || scalar == "_" }
    return (start > 0 && isWord(text[start - 1])) || (end < text.count && isWord(text[end]))
  }
}
