import Documents

/// Settings in one word of a command line: `coral,gamma=0.5` for `{name: coral, gamma: 0.5}`.
enum SettingsText {
  /// - Parameter nameKey: what the word without "=" at the beginning is the value of; nil if there is none.
  /// - Throws: `CommandError.usage`.
  static func mapping(_ text: String, option: String, nameKey: String?) throws -> YAMLMapping {
    var values: [(key: String, values: [String])] = []
    for (index, word) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let (key, value) = parts.count == 2 ? (parts[0], parts[1]) : (index == 0 ? nameKey ?? "" : "", parts[0])
      guard !key.isEmpty, !value.isEmpty else {
        throw CommandError(.usage, "\(option): '\(word)' is not of the form name=value")
      }
      if let known = values.firstIndex(where: { $0.key == key }) {
        values[known].values.append(value)
      } else {
        values.append((key, [value]))
      }
    }
    let members = values.map { "\(quoted($0.key)): \(flow($0.values))" }
    return try usage(option) {
      try YAMLDocument.parse("{" + members.joined(separator: ", ") + "}", name: option)
    }
  }

  /// What a reader finds wrong with the settings, as a fact about the command line.
  static func usage<Value>(_ option: String, _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as DocumentError {
      throw CommandError(.usage, "\(option): \(error.message)")
    }
  }

  private static func flow(_ values: [String]) -> String {
    let words = values.map { Double($0) == nil && $0 != "true" && $0 != "false" ? quoted($0) : $0 }
    return words.count == 1 ? words[0] : "[" + words.joined(separator: ", ") + "]"
  }

  /// A JSON string is a YAML scalar too.
  private static func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).canonicalBytes(), as: UTF8.self)
  }
}
