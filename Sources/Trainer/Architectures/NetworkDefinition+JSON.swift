import Documents

extension NetworkDefinition {
  private static let formatName = "wgit-network"
  private static let version: Int64 = 1

  /// Reads a network definition, or the `config.json` of a Hugging Face folder; unknown keys of a definition, and unknown
  /// types, are errors that name the layer.
  package init(json: JSONValue) throws {
    guard let object = json.objectValue else {
      throw TrainerError(.malformedNetwork, "a network definition is a JSON object")
    }
    guard object["format"] != nil || object["model_type"] == nil else {
      try self.init(encoder: EncoderConfiguration(json: json.compactBytes()))
      return
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
    try self.init(input: Self.input(object["input"]), layers: NamedLayer.list(entries), head: head)
  }

  /// The definition as `network.json` holds it; arguments that have their default value are left out.
  package var json: JSONValue {
    if let encoder { return .object(encoder.json) }
    return [
      "format": .string(Self.formatName), "version": .integer(Self.version),
      "input": .array(input.dimensions.map { .integer(Int64($0)) }), "head": .string(headName),
      "layers": .array(chain.layers.map(\.json)),
    ]
  }

  private static func input(_ value: JSONValue?) throws -> ActivationShape {
    let dimensions = value?.arrayValue?.map { $0.integerValue.flatMap(Int.init(exactly:)) } ?? []
    let sizes = dimensions.compactMap { $0 }
    switch sizes.count == dimensions.count ? sizes.count : 0 {
    case 1: return .features(sizes[0])
    case 2: return .sequence(length: sizes[0], features: sizes[1])
    case 3: return .image(channels: sizes[0], height: sizes[1], width: sizes[2])
    default:
      throw TrainerError(
        .malformedNetwork, "\"input\" is not [channels, height, width], [length, features] or [features]")
    }
  }
}
