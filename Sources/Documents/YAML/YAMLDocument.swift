/// A strict reader of YAML configuration from untrusted text.
///
/// One document, a mapping at its root. Refused: anchors and aliases (so a small file cannot grow), tags other than
/// `!!str`, `!!seq` and `!!map`, keys that are not scalars, keys that stand twice, a second document.
package enum YAMLDocument {
  /// How deep lists and mappings may nest.
  package static let maximumDepth = 64
  /// How many bytes a text may have: 1 MiB.
  package static let maximumByteCount = 1 << 20

  /// How many bytes a text may have with its aliases written out; hashing so many takes a fraction of a second.
  private static let maximumReach = 10_000_000

  /// Reads a configuration.
  ///
  /// - Parameter name: what errors call the text: a file's name.
  /// - Throws: `DocumentError` with that name, the line and the column.
  package static func parse(_ text: String, name: String) throws(DocumentError) -> YAMLMapping {
    guard text.utf8.count <= maximumByteCount else {
      throw DocumentError(
        .tooLarge, "YAML text of \(text.utf8.count) bytes is larger than the limit of \(maximumByteCount)", name: name)
    }
    guard !mayGrow(text) else {
      throw DocumentError(.unsupportedFeature, "anchors (&) and aliases (*) are not supported", name: name)
    }
    guard let node = try YAMLComposedReader(name: name).read(text) else {
      throw DocumentError(.syntax, "the document is empty, expected a mapping", name: name, line: 1, column: 1)
    }
    guard case .mapping(let mapping) = node.content else {
      throw DocumentError(
        .wrongType, "expected a mapping at the top of the document, found \(node.summary)", name: name,
        line: node.line, column: node.column)
    }
    return mapping
  }

  /// Whether aliases could make the composed document much larger than the text. Composing hashes keys with all that
  /// they alias, so such a text must not get so far as to be refused for its first anchor.
  ///
  /// n aliases enlarge a text at most 3^(n/3) times: levels of three aliases each, every one of the level before. What
  /// only looks like an anchor or alias, in a comment or a block of text, counts too: harmless in the numbers in which
  /// it occurs.
  private static func mayGrow(_ text: String) -> Bool {
    var anchors = 0
    var aliases = 0
    var previous = UInt8(ascii: "\n")
    for byte in text.utf8 {
      if startsToken(after: previous) {
        if byte == UInt8(ascii: "&") { anchors += 1 }
        if byte == UInt8(ascii: "*") { aliases += 1 }
      }
      previous = byte
    }
    guard anchors > 0 else { return false }
    var reach = text.utf8.count
    for _ in stride(from: 0, to: aliases, by: 3) where reach <= maximumReach { reach *= 3 }
    return reach > maximumReach
  }

  private static func startsToken(after byte: UInt8) -> Bool {
    byte <= 0x20 || byte > 0x7F || ",[]{}:?-!\"'".utf8.contains(byte)
  }
}
