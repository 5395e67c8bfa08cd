/// A mapping of a YAML document, read key by key. It notes which keys were asked for, so that `finish()` can refuse
/// the others.
///
/// Not `Sendable`: read a configuration where it was parsed and pass the values on.
package final class YAMLMapping {
  struct Entry {
    let key: String
    /// The line of the key.
    let line: Int
    let value: YAMLNode
  }

  let entries: [Entry]
  /// What errors call the text.
  package let name: String
  /// The line where the mapping starts.
  package let line: Int
  private var askedKeys: [String] = []
  private var readMappings: [YAMLMapping] = []

  init(entries: [Entry], name: String, line: Int) {
    self.entries = entries
    self.name = name
    self.line = line
  }

  /// The keys in the order written.
  package var keys: [String] { entries.map(\.key) }

  /// Everything in the mapping, to be recorded; does not count as reading it.
  package var jsonValue: JSONValue {
    .object(JSONObject(entries.map { (key: $0.key, value: $0.value.jsonValue) }))
  }

  /// Whether a key stands here with a value other than null. Counts as asking for it.
  package func has(_ key: String) -> Bool {
    find(key) != nil
  }

  /// Refuses keys that nothing asked for, here and in the mappings read from here.
  ///
  /// - Throws: `unknownKey` with the line of the first such key, and the keys that were asked for.
  package func finish() throws(DocumentError) {
    for entry in entries where !askedKeys.contains(entry.key) {
      throw DocumentError(
        .unknownKey, "unknown key \(entry.key.quoted())", name: name, line: entry.line, key: entry.key,
        knownKeys: askedKeys)
    }
    for mapping in readMappings { try mapping.finish() }
  }

  /// An error about the value of a key, for readers with rules of their own: `"seed" must be at least 0, found -1`.
  ///
  /// - Parameter rule: what the value must be: "at least 0".
  package func invalidValue(of key: String, mustBe rule: String) -> DocumentError {
    let entry = entries.first { $0.key == key }
    let found = entry.map { ", found \($0.value.summary)" } ?? ""
    return DocumentError(
      .invalidValue, "\"\(key)\" must be \(rule)\(found)", name: name, line: entry?.value.line ?? line,
      column: entry?.value.column, key: key)
  }

  /// The value of a key, noting that it was asked for. A null counts as absent.
  func find(_ key: String) -> YAMLNode? {
    if !askedKeys.contains(key) { askedKeys.append(key) }
    guard let node = entries.first(where: { $0.key == key })?.value else { return nil }
    if case .scalar(.null) = node.content { return nil }
    return node
  }

  /// Takes a nested mapping into the care of `finish()`.
  func noteRead(_ mapping: YAMLMapping) {
    readMappings.append(mapping)
  }
}
