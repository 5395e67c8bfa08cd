import Yams

/// Turns what Yams composed into our own nodes, refusing the parts of YAML that configuration does without.
struct YAMLComposedReader {
  let name: String

  /// Reads the one document of a text; nil if it holds none.
  func read(_ text: String) throws(DocumentError) -> YAMLNode? {
    do {
      let parser = try Parser(yaml: text, encoding: .utf8)
      // Composed nodes hold their anchors weakly; the parser owns them.
      return try withExtendedLifetime(parser) {
        try parser.singleRoot().map { try node($0, depthLeft: YAMLDocument.maximumDepth) }
      }
    } catch let error as DocumentError {
      throw error
    } catch let error as YamlError {
      throw refusal(of: error)
    } catch {
      throw DocumentError(.syntax, "the text is not YAML: \(error)", name: name)
    }
  }

  private func node(_ node: Node, depthLeft: Int) throws(DocumentError) -> YAMLNode {
    let content: YAMLNode.Content
    switch node {
    case .scalar(let scalar): content = .scalar(try self.scalar(scalar))
    case .sequence(let sequence):
      try check(sequence.anchor, sequence.mark)
      try check(sequence.tag, ["tag:yaml.org,2002:seq"], sequence.mark)
      try check(depthLeft, sequence.mark)
      var nodes: [YAMLNode] = []
      for element in sequence { nodes.append(try self.node(element, depthLeft: depthLeft - 1)) }
      content = .sequence(nodes)
    case .mapping(let mapping): content = .mapping(try self.mapping(mapping, depthLeft: depthLeft))
    case .alias(let alias): throw unsupported("anchors (&) and aliases (*) are", alias.mark)
    }
    return YAMLNode(content: content, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  private func mapping(_ mapping: Node.Mapping, depthLeft: Int) throws(DocumentError) -> YAMLMapping {
    try check(mapping.anchor, mapping.mark)
    try check(mapping.tag, ["tag:yaml.org,2002:map"], mapping.mark)
    try check(depthLeft, mapping.mark)
    var entries: [YAMLMapping.Entry] = []
    var seen: Set<String> = []
    for (key, value) in mapping {
      let text = try self.key(key)
      guard seen.insert(text).inserted else { throw duplicate(text, key.mark) }
      let node = try self.node(value, depthLeft: depthLeft - 1)
      entries.append(YAMLMapping.Entry(key: text, line: key.mark?.line ?? node.line, value: node))
    }
    return YAMLMapping(entries: entries, name: name, line: mapping.mark?.line ?? 1)
  }

  /// The text of a key. Yams has typed keys to compare them (so that to it 1 and "1" differ) and put the types into
  /// their tags; what matters here is that no other tag was written.
  private func key(_ node: Node) throws(DocumentError) -> String {
    guard case .scalar(let scalar) = node else {
      throw unsupported("keys that are lists or mappings are", node.mark)
    }
    try check(scalar.anchor, scalar.mark)
    if !scalar.tag.description.hasPrefix("tag:yaml.org,2002:") { try check(scalar.tag, [], scalar.mark) }
    return scalar.string
  }

  private func scalar(_ scalar: Node.Scalar) throws(DocumentError) -> YAMLScalar {
    try check(scalar.anchor, scalar.mark)
    // A quoted scalar and one tagged !!str are strings whatever they look like.
    let isQuoted = scalar.style != .plain && scalar.style != .any
    let isString = scalar.tag.description == "tag:yaml.org,2002:str"
    if !isString { try check(scalar.tag, [], scalar.mark) }
    return YAMLScalar(text: scalar.string, isQuoted: isQuoted || isString)
  }

  private func check(_ anchor: Anchor?, _ mark: Mark?) throws(DocumentError) {
    if anchor != nil { throw unsupported("anchors (&) and aliases (*) are", mark) }
  }

  private func check(_ tag: Tag, _ allowed: [String], _ mark: Mark?) throws(DocumentError) {
    let text = tag.description
    guard text.isEmpty || allowed.contains(text) else {
      throw unsupported("the tag \(text.quoted(limit: 60)) is", mark)
    }
  }

  private func check(_ depthLeft: Int, _ mark: Mark?) throws(DocumentError) {
    guard depthLeft > 0 else {
      throw DocumentError(
        .tooDeep, "lists and mappings are nested deeper than \(YAMLDocument.maximumDepth) levels", name: name,
        line: mark?.line, column: mark?.column)
    }
  }

  private func unsupported(_ subject: String, _ mark: Mark?) -> DocumentError {
    DocumentError(.unsupportedFeature, "\(subject) not supported", name: name, line: mark?.line, column: mark?.column)
  }

  private func duplicate(_ key: String, _ mark: Mark?) -> DocumentError {
    DocumentError(
      .duplicateKey, "the key \(key.quoted()) stands twice in one mapping", name: name, line: mark?.line,
      column: mark?.column, key: key)
  }

  private func refusal(of error: YamlError) -> DocumentError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      DocumentError(.syntax, problem, name: name, line: mark.line, column: mark.column)
    case .composer(let context, let problem, let mark, _):
      DocumentError(
        context == nil ? .unsupportedFeature : .trailingContent, problem, name: name, line: mark.line,
        column: mark.column)
    case .reader(let problem, let offset, _, _):
      DocumentError(.syntax, problem, name: name, offset: offset)
    case .duplicatedKeysInMapping(let keys, let context): duplicate(keys.first ?? "", context.mark)
    default: DocumentError(.syntax, "the text is not YAML: \(error)", name: name)
    }
  }
}
