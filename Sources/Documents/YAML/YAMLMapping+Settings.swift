// Access to values that may be of several kinds, for readers that decide by what they find.

extension YAMLMapping {
  /// What stands at a key.
  package enum Kind: Sendable {
    case scalar
    case scalars
    case mapping
    case mappings
    /// A list of something else, or of several kinds.
    case otherList
  }

  /// The kind of a key's value; nil if the key is absent or null. Counts as asking for it.
  package func kind(of key: String) -> Kind? {
    guard let node = find(key) else { return nil }
    switch node.content {
    case .scalar: return .scalar
    case .mapping: return .mapping
    case .sequence(let nodes):
      if nodes.allSatisfy({ if case .scalar = $0.content { true } else { false } }) { return .scalars }
      if nodes.allSatisfy({ if case .mapping = $0.content { true } else { false } }) { return .mappings }
      return .otherList
    }
  }

  /// The line of a key's value, for errors about it.
  package func line(of key: String) -> Int {
    entries.first { $0.key == key }?.line ?? line
  }

  /// A scalar of any type.
  package func scalar(_ key: String) throws(DocumentError) -> JSONValue {
    try required(key, read(key, "a value", YAMLMapping.scalar), "a value")
  }

  /// A list of scalars of any types.
  package func scalars(_ key: String) throws(DocumentError) -> [JSONValue] {
    guard let node = find(key), case .sequence(let nodes) = node.content else {
      return [try scalar(key)]
    }
    var values: [JSONValue] = []
    for element in nodes {
      guard let value = YAMLMapping.scalar(element) else { throw wrongType(key, "a list of values", element) }
      values.append(value)
    }
    return values
  }

  private static func scalar(_ node: YAMLNode) -> JSONValue? {
    if case .scalar(let scalar) = node.content { scalar.jsonValue } else { nil }
  }
}
