// The typed accessors of lists, in pairs like those of single values.

extension YAMLMapping {
  /// Whether the value of a key is a list, for keys that take one or something else. Counts as asking for it.
  package func isList(_ key: String) -> Bool {
    if case .sequence = find(key)?.content { true } else { false }
  }

  package func strings(_ key: String) throws(DocumentError) -> [String] {
    try required(key, optionalStrings(key), "a list of strings")
  }

  package func optionalStrings(_ key: String) throws(DocumentError) -> [String]? {
    try readList(key, "a list of strings", Self.string)
  }

  package func integers(_ key: String) throws(DocumentError) -> [Int] {
    try required(key, optionalIntegers(key), "a list of integers")
  }

  package func optionalIntegers(_ key: String) throws(DocumentError) -> [Int]? {
    try readList(key, "a list of integers", Self.integer)
  }

  package func numbers(_ key: String) throws(DocumentError) -> [Double] {
    try required(key, optionalNumbers(key), "a list of numbers")
  }

  package func optionalNumbers(_ key: String) throws(DocumentError) -> [Double]? {
    try readList(key, "a list of numbers", Self.number)
  }

  package func mappings(_ key: String) throws(DocumentError) -> [YAMLMapping] {
    try required(key, optionalMappings(key), "a list of mappings")
  }

  package func optionalMappings(_ key: String) throws(DocumentError) -> [YAMLMapping]? {
    let mappings = try readList(key, "a list of mappings", Self.mapping)
    for mapping in mappings ?? [] { noteRead(mapping) }
    return mappings
  }

  /// One string or a list of them.
  package func oneOrMoreStrings(_ key: String) throws(DocumentError) -> [String] {
    try required(key, optionalOneOrMoreStrings(key), "a string or a list of strings")
  }

  package func optionalOneOrMoreStrings(_ key: String) throws(DocumentError) -> [String]? {
    try readOneOrMore(key, "a string or a list of strings", Self.string)
  }

  /// One number or a list of them.
  package func oneOrMoreNumbers(_ key: String) throws(DocumentError) -> [Double] {
    try required(key, optionalOneOrMoreNumbers(key), "a number or a list of numbers")
  }

  package func optionalOneOrMoreNumbers(_ key: String) throws(DocumentError) -> [Double]? {
    try readOneOrMore(key, "a number or a list of numbers", Self.number)
  }

  private func readList<Value>(
    _ key: String, _ type: String, _ convert: (YAMLNode) -> Value?
  ) throws(DocumentError) -> [Value]? {
    guard let node = find(key) else { return nil }
    guard case .sequence(let nodes) = node.content else { throw wrongType(key, type, node) }
    return try elements(nodes, key, type, convert)
  }

  private func readOneOrMore<Value>(
    _ key: String, _ type: String, _ convert: (YAMLNode) -> Value?
  ) throws(DocumentError) -> [Value]? {
    guard let node = find(key) else { return nil }
    if case .sequence(let nodes) = node.content { return try elements(nodes, key, type, convert) }
    return try elements([node], key, type, convert)
  }

  private func elements<Value>(
    _ nodes: [YAMLNode], _ key: String, _ type: String, _ convert: (YAMLNode) -> Value?
  ) throws(DocumentError) -> [Value] {
    var values: [Value] = []
    for node in nodes {
      guard let value = convert(node) else { throw wrongType(key, type, node) }
      values.append(value)
    }
    return values
  }
}
