// The typed accessors. Each comes as `x(key)`, which throws `missingKey` if the key is absent or null, and as
// `optionalX(key)`, which then gives nil. A value of another type is `wrongType` with file name, line and key.

extension YAMLMapping {
  /// Text. A plain number is taken as it is written, because the ids of commits may look like one; booleans are refused.
  package func string(_ key: String) throws(DocumentError) -> String {
    try required(key, optionalString(key), "a string")
  }

  package func optionalString(_ key: String) throws(DocumentError) -> String? {
    try read(key, "a string", Self.string)
  }

  package func integer(_ key: String) throws(DocumentError) -> Int {
    try required(key, optionalInteger(key), "an integer")
  }

  package func optionalInteger(_ key: String) throws(DocumentError) -> Int? {
    try read(key, "an integer", Self.integer)
  }

  /// A finite number; integers count.
  package func number(_ key: String) throws(DocumentError) -> Double {
    try required(key, optionalNumber(key), "a number")
  }

  package func optionalNumber(_ key: String) throws(DocumentError) -> Double? {
    try read(key, "a number", Self.number)
  }

  package func bool(_ key: String) throws(DocumentError) -> Bool {
    try required(key, optionalBool(key), "true or false")
  }

  package func optionalBool(_ key: String) throws(DocumentError) -> Bool? {
    try read(key, "true or false") { node in
      if case .scalar(.bool(let value)) = node.content { value } else { nil }
    }
  }

  /// Whether the value of a key is a mapping, for keys that take one or something else. Counts as asking for it.
  package func isMapping(_ key: String) -> Bool {
    if case .mapping = find(key)?.content { true } else { false }
  }

  package func mapping(_ key: String) throws(DocumentError) -> YAMLMapping {
    try required(key, optionalMapping(key), "a mapping")
  }

  package func optionalMapping(_ key: String) throws(DocumentError) -> YAMLMapping? {
    let mapping = try read(key, "a mapping", Self.mapping)
    if let mapping { noteRead(mapping) }
    return mapping
  }

  static func integer(_ node: YAMLNode) -> Int? {
    if case .scalar(.integer(let value, _)) = node.content { Int(value) } else { nil }
  }

  func required<Value>(_ key: String, _ value: Value?, _ type: String) throws(DocumentError) -> Value {
    guard let value else {
      throw DocumentError(
        .missingKey, "the key \"\(key)\" is missing, it must be \(type)", name: name, line: line, key: key)
    }
    return value
  }
}

extension YAMLMapping {
  static func string(_ node: YAMLNode) -> String? {
    switch node.content {
    case .scalar(.string(let text)): text
    case .scalar(.integer(_, let source)), .scalar(.number(_, let source)): source
    default: nil
    }
  }

  static func number(_ node: YAMLNode) -> Double? {
    switch node.content {
    case .scalar(.integer(let value, _)): Double(value)
    case .scalar(.number(let value, _)): value.isFinite ? value : nil
    default: nil
    }
  }

  static func mapping(_ node: YAMLNode) -> YAMLMapping? {
    if case .mapping(let mapping) = node.content { mapping } else { nil }
  }

  func read<Value>(
    _ key: String, _ type: String, _ convert: (YAMLNode) -> Value?
  ) throws(DocumentError) -> Value? {
    guard let node = find(key) else { return nil }
    guard let value = convert(node) else { throw wrongType(key, type, node) }
    return value
  }

  func wrongType(_ key: String, _ type: String, _ node: YAMLNode) -> DocumentError {
    DocumentError(
      .wrongType, "\"\(key)\" must be \(type), found \(node.summary)", name: name, line: node.line,
      column: node.column, key: key)
  }
}
