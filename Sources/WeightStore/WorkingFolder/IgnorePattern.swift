/// One line of a `.wgitignore`, with the meaning that git gives it.
///
/// - Source: git's documentation of gitignore. Checked by: IgnoreRulesTests, against `git check-ignore`.
struct IgnorePattern: Sendable {
  /// It takes an exclusion back: `!keep.safetensors`.
  let isNegated: Bool
  /// It fits folders only: `build/`.
  private let isOfFolders: Bool
  /// It fits the whole path below its file's folder, not just a name at any depth.
  private let isAnchored: Bool
  private let elements: [Element]

  private enum Element: Hashable {
    case character(Unicode.Scalar)
    case anyCharacter
    /// Any characters but slashes.
    case star
    /// `**/`: folders, or none.
    case folders
    /// `**` at the end: everything below.
    case everything
    case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  /// `nil` for comments, empty lines and patterns that cannot fit anything.
  init?(line: Substring) {
    var text = Array(line.unicodeScalars)
    if text.last == "\r" { text.removeLast() }
    text = IgnorePattern.withoutTrailingSpaces(text)
    guard text.first != "#" else { return nil }
    isNegated = text.first == "!"
    if isNegated { text.removeFirst() }
    isOfFolders = text.last == "/"
    if isOfFolders { text.removeLast() }
    isAnchored = text.contains("/")
    if text.first == "/" { text.removeFirst() }
    guard !text.isEmpty, let elements = IgnorePattern.elements(text) else { return nil }
    self.elements = elements
  }

  /// - Parameter path: below the folder of the `.wgitignore`, without a slash at its end.
  func fits(_ path: Substring, isFolder: Bool) -> Bool {
    guard isFolder || !isOfFolders else { return false }
    let name = isAnchored ? path : path.utf8.split(separator: UInt8(ascii: "/")).last.map { Substring($0) } ?? path
    return matches(Array(name.unicodeScalars))
  }

  /// Follows all ways to match at once, so that no pattern takes more than its length times the path's.
  private func matches(_ text: [Unicode.Scalar]) -> Bool {
    // Whether the first so many elements can have taken what was read.
    var reached = [Bool](repeating: false, count: elements.count + 1)
    reached[0] = true
    skip(&reached, atStartOfPart: true)
    for scalar in text {
      var next = [Bool](repeating: false, count: elements.count + 1)
      for (index, element) in elements.enumerated() where reached[index] {
        switch element {
        case .character(let wanted): if scalar == wanted { next[index + 1] = true }
        case .anyCharacter: if scalar != "/" { next[index + 1] = true }
        case .star: if scalar != "/" { next[index] = true }
        case .folders, .everything: next[index] = true
        case .oneOf(let ranges, let isNegated):
          if scalar != "/", ranges.contains(where: { $0.contains(scalar) }) != isNegated { next[index + 1] = true }
        }
      }
      reached = next
      skip(&reached, atStartOfPart: scalar == "/")
    }
    return reached[elements.count] || (elements.last == .everything && !text.isEmpty && reached[elements.count - 1])
  }

  /// `*` may stand for nothing anywhere, `**/` wherever a name begins.
  private func skip(_ reached: inout [Bool], atStartOfPart: Bool) {
    for (index, element) in elements.enumerated() where reached[index] {
      if element == .star || (element == .folders && atStartOfPart) { reached[index + 1] = true }
    }
  }

  // MARK: Reading

  private static func withoutTrailingSpaces(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = text
    while text.last == " " {
      let slashes = text.dropLast().reversed().prefix { $0 == "\\" }.count
      if !slashes.isMultiple(of: 2) { break }
      text.removeLast()
    }
    return text
  }

  private static func elements(_ text: [Unicode.Scalar]) -> [Element]? {
    var elements: [Element] = []
    var position = 0
    while position < text.count {
      let rest = text[position...]
      switch rest.first {
      case "\\":
        guard rest.count > 1 else { return nil }
        elements.append(.character(text[position + 1]))
        position += 2
      case "?":
        elements.append(.anyCharacter)
        position += 1
      case "*":
        let count = rest.prefix { $0 == "*" }.count
        let startsPart = position == 0 || text[position - 1] == "/"
        let after = position + count
        if count == 2, startsPart, after == text.count {
          elements.append(.everything)
        } else if count == 2, startsPart, text[after] == "/" {
          elements.append(.folders)
          position += 1
        } else {
          elements.append(.star)
        }
        position += count
      case "[":
        guard let (element, end) = bracket(text, from: position + 1) else { return nil }
        elements.append(element)
        position = end
      default:
        elements.append(.character(text[position]))
        position += 1
      }
    }
    return elements
  }

  /// What stands between brackets, `from` behind the first one: `a-z`, `!0-9`, `]` where it comes first.
  private static func bracket(_ text: [Unicode.Scalar], from start: Int) -> (Element, end: Int)? {
    var position = start
    let isNegated = position < text.count && (text[position] == "!" || text[position] == "^")
    if isNegated { position += 1 }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isFirst = true
    while position < text.count, isFirst || text[position] != "]" {
      isFirst = false
      guard let low = character(text, &position) else { return nil }
      var high = low
      if position + 1 < text.count, text[position] == "-", text[position + 1] != "]" {
        position += 1
        guard let last = character(text, &position) else { return nil }
        high = last
      }
      if low <= high { ranges.append(low...high) }
    }
    guard position < text.count else { return nil }
    return (.oneOf(ranges, isNegated: isNegated), position + 1)
  }

  private static func character(_ text: [Unicode.Scalar], _ position: inout Int) -> Unicode.Scalar? {
    if text[position] == "\\" { position += 1 }
    guard position < text.count else { return nil }
    position += 1
    return text[position - 1]
  }
}
