/// A value of a YAML document with the place where it starts.
struct YAMLNode {
  enum Content {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping(YAMLMapping)
  }

  let content: Content
  let line: Int
  let column: Int

  /// The value as a message names it.
  var summary: String {
    switch content {
    case .scalar(let scalar): scalar.summary
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  var jsonValue: JSONValue {
    switch content {
    case .scalar(let scalar): scalar.jsonValue
    case .sequence(let nodes): .array(nodes.map(\.jsonValue))
    case .mapping(let mapping): mapping.jsonValue
    }
  }
}
