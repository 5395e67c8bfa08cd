/// Text as YAML.
package enum YAMLText {
  /// Plain where nothing could take it for something else, else in quotation marks as JSON has them, which YAML reads too.
  package static func scalar(_ text: String) -> String {
    let isPlain =
      text.first?.isLetter == true
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "_-./".utf8.contains(byte)
      }
    let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    return isPlain && !words.contains(text.lowercased()) ? text : quoted(text)
  }

  package static func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).compactBytes(), as: UTF8.self)
  }
}
