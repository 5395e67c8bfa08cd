import Documents

/// Reading members of a tokenizer's JSON, with errors that name them.
struct TokenizerFields {
  let object: JSONObject
  /// What messages call the object: "the normalizer".
  let subject: String

  init(_ value: JSONValue?, _ subject: String) throws(TokenizerError) {
    guard let object = value?.objectValue else { throw TokenizerError(.malformed, "\(subject) is no JSON object") }
    self.object = object
    self.subject = subject
  }

  func string(_ key: String, or standard: String? = nil) throws(TokenizerError) -> String {
    guard let text = object[key]?.stringValue ?? (object[key] == nil ? standard : nil) else {
      throw wrong(key, "a string")
    }
    return text
  }

  func bool(_ key: String, or standard: Bool) throws(TokenizerError) -> Bool {
    guard let value = object[key], value != .null else { return standard }
    guard let flag = value.boolValue else { throw wrong(key, "true or false") }
    return flag
  }

  func id(_ key: String) throws(TokenizerError) -> Int32 {
    try TokenizerFields.id(object[key], "\(subject): \"\(key)\"")
  }

  /// No vocabulary comes near; a larger id would be a claim on memory.
  static let largestID = 1 << 26

  static func id(_ value: JSONValue?, _ subject: @autoclosure () -> String) throws(TokenizerError) -> Int32 {
    guard let number = value?.integerValue, number >= 0, number < largestID else {
      throw TokenizerError(.malformed, "\(subject()) is not an integer from 0 to \(largestID - 1)")
    }
    return Int32(number)
  }

  /// - Throws: `.unsupported` unless every one of these is absent, null or has the given value.
  func requireUnused(_ standards: [(key: String, value: JSONValue)]) throws(TokenizerError) {
    for (key, value) in standards {
      guard let found = object[key], found != .null, found != value else { continue }
      throw TokenizerError(.unsupported, "\(subject) sets \"\(key)\", which is not known here")
    }
  }

  func wrong(_ key: String, _ wanted: String) -> TokenizerError {
    TokenizerError(.malformed, "\(subject): \"\(key)\" is not \(wanted)")
  }
}
