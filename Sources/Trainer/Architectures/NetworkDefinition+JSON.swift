import Documents

extension NetworkDefinition {
  private static let formatName = "wgit-network"
  private static let version: Int64 = 1

  /// Reads a network definition; unknown keys and types are errors that name the layer.
  package init(json: JSONValue) throws {
    guard let object = json.objectValue else {
      throw TrainerError(.malformedNetwork, "a network definition is a JSON object")
    }
    let known = ["format", "version", "input", "head", "layers"]
    if let key = object.members.map(\.key).first(where: { !known.contains($0) }) {
      throw TrainerError(.malformedNetwork, "unknown key \(key.quoted()) in a network definition")
    }
    guard object["format"]?.stringValue == Self.formatName else {
      throw TrainerError(.malformedNetwork, "\"format\" is not \"\(Self.formatName)\"")
    }
    guard object["version"]?.integerValue == Self.version else {
      throw TrainerError(.malformedNetwork, "\"version\" is not \(Self.version), the only one known")
    }
    guard let head = object["head"]?.stringValue else {
      throw TrainerError(.malformedNetwork, "\"head\" is not the name of a layer")
    }
    guard let entries = object["layers"]?.arrayValue else {
      throw TrainerError(.malformedNetwork, "\"layers\" is not a list")
    }
    let layers = try entries.enumerated().map { try Self.layer(index: $0.offset, json: $0.element) }
    try self.init(input: Self.input(object["input"]), layers: layers, head: head)
  }

  /// The definition as `network.json` holds it; arguments that have their default value are left out.
  package var json: JSONValue {
    [
      "format": .string(Self.formatName), "version": .integer(Self.version),
      "input": .array(input.dimensions.map { .integer(Int64($0)) }), "head": .string(headName),
      "layers": .array(chain.layers.map(Self.json)),
    ]
  }

  private static func input(_ value: JSONValue?) throws -> ActivationShape {
    let dimensions = value?.arrayValue?.map { $0.integerValue.flatMap(Int.init(exactly:)) } ?? []
    switch (dimensions.count, dimensions.compactMap { $0 }) {
    case (1, let sizes) where sizes.count == 1:
      return .features(sizes[0])
    case (3, let sizes) where sizes.count == 3:
      return .image(channels: sizes[0], height: sizes[1], width: sizes[2])
    default:
      throw TrainerError(.malformedNetwork, "\"input\" is not [channels, height, width] or [features]")
    }
  }

  private static func layer(index: Int, json: JSONValue) throws -> NamedLayer {
    guard let object = json.objectValue, let typeName = object["type"]?.stringValue else {
      throw TrainerError(.malformedNetwork, "layer \(index + 1) is not an object with a \"type\"")
    }
    let name = try name(object["name"], index: index)
    guard let type = LayerRegistry.type(named: typeName) else {
      let known = LayerRegistry.types.map { $0.typeName }.joined(separator: ", ")
      throw TrainerError(
        .malformedNetwork, "layer \(index + 1): unknown type \(typeName.quoted()); known are \(known)")
    }
    let subject = LayerChain.subject(index: index, name: name, typeName: typeName)
    let members = object.members.filter { $0.key != "type" && $0.key != "name" }
    var arguments = LayerArguments(
      subject: subject, members: Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    )
    let layer = try type.init(arguments: &arguments)
    try arguments.finish()
    return NamedLayer(name: name, layer)
  }

  private static func name(_ value: JSONValue?, index: Int) throws -> String? {
    guard let value else { return nil }
    let allowed = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        || byte == 0x2E
    }
    guard let name = value.stringValue, !name.isEmpty, name.utf8.count <= 200, name.utf8.allSatisfy(allowed) else {
      throw TrainerError(
        .malformedNetwork, "layer \(index + 1): \"name\" is not made of letters, digits, dots and underscores")
    }
    return name
  }

  private static func json(_ entry: NamedLayer) -> JSONValue {
    var members: [JSONObject.Member] = []
    if let name = entry.name { members.append((key: "name", value: .string(name))) }
    members.append((key: "type", value: .string(type(of: entry.layer).typeName)))
    members += entry.layer.arguments.map { (key: $0.key, value: $0.value) }
    return .object(JSONObject(members))
  }
}
