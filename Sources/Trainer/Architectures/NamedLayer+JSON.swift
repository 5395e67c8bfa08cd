import Documents

extension NamedLayer {
  /// Blocks inside blocks that a definition may have: enough for any network, too few to exhaust the stack.
  private static let depthLimit = 16

  /// Reads the layers of a network or of a block.
  ///
  /// - Parameter place: what messages put before a layer's number.
  static func list(_ entries: [JSONValue], place: String = "", depth: Int = 0) throws -> [NamedLayer] {
    guard depth <= depthLimit else {
      throw TrainerError(.resourceLimit, "layer \(place) is more than \(depthLimit) blocks deep")
    }
    return try entries.enumerated().map { index, json in
      try NamedLayer(json, place: "\(place)\(index + 1)", depth: depth)
    }
  }

  private init(_ json: JSONValue, place: String, depth: Int) throws {
    guard let object = json.objectValue, let typeName = object["type"]?.stringValue else {
      throw TrainerError(.malformedNetwork, "layer \(place) is not an object with a \"type\"")
    }
    let name = try Self.name(object["name"], place: place)
    let subject = Self.subject(place: place, name: name, typeName: typeName)
    let members = object.members.filter { $0.key != "type" && $0.key != "name" }
    if typeName == Residual.typeName {
      self.init(name: name, try Self.residual(members, subject: subject, place: place, depth: depth))
      return
    }
    guard let type = LayerRegistry.type(named: typeName) else {
      let known = (LayerRegistry.types.map { $0.typeName } + [Residual.typeName]).sorted().joined(separator: ", ")
      throw TrainerError(
        .malformedNetwork, "layer \(place): unknown type \(typeName.quoted()); known are \(known)")
    }
    var arguments = LayerArguments(
      subject: subject, members: Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    )
    let layer = try type.init(arguments: &arguments)
    try arguments.finish()
    self.init(name: name, layer)
  }

  private static func residual(
    _ members: [JSONObject.Member], subject: String, place: String, depth: Int
  ) throws -> Residual {
    var lists = ["layers": [NamedLayer](), "shortcut": []]
    for member in members {
      guard lists[member.key] != nil else {
        throw TrainerError(.malformedNetwork, "\(subject): unknown argument \(member.key.quoted())")
      }
      guard let entries = member.value.arrayValue else {
        throw TrainerError(.malformedNetwork, "\(subject): \(member.key.quoted()) is not a list")
      }
      let inner = member.key == "shortcut" ? "\(place).shortcut." : "\(place)."
      lists[member.key] = try list(entries, place: inner, depth: depth + 1)
    }
    return Residual(lists["layers"] ?? [], shortcut: lists["shortcut"] ?? [])
  }

  private static func name(_ value: JSONValue?, place: String) throws -> String? {
    guard let value else { return nil }
    let allowed = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        || byte == 0x2E
    }
    guard let name = value.stringValue, !name.isEmpty, name.utf8.count <= 200, name.utf8.allSatisfy(allowed) else {
      throw TrainerError(
        .malformedNetwork, "layer \(place): \"name\" is not made of letters, digits, dots and underscores")
    }
    return name
  }

  /// The layer as a definition holds it.
  var json: JSONValue {
    var members: [JSONObject.Member] = []
    if let name { members.append((key: "name", value: .string(name))) }
    members.append((key: "type", value: .string(typeName)))
    switch content {
    case .layer(let layer): members += layer.arguments.map { (key: $0.key, value: $0.value) }
    case .residual(let block):
      members.append((key: "layers", value: .array(block.layers.map(\.json))))
      if !block.shortcut.isEmpty { members.append((key: "shortcut", value: .array(block.shortcut.map(\.json)))) }
    }
    return .object(JSONObject(members))
  }
}
