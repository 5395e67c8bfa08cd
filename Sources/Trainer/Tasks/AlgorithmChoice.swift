import Documents

/// Which algorithm a task takes, and its hyper-parameters: `algorithm: coral` or `{name: coral, gamma: 0.5}`.
package struct AlgorithmChoice: Sendable, Equatable {
  package let name: String
  package let settings: NamedSettings

  let type: any Algorithm.Type

  /// Reads the key `algorithm` of a task.
  init?(task yaml: YAMLMapping) throws {
    guard yaml.has("algorithm") else { return nil }
    guard let name = try? yaml.string("algorithm") else {
      try self.init(yaml: yaml.mapping("algorithm"))
      return
    }
    guard let type = AlgorithmRegistry.type(named: name) else { throw Self.unknown(yaml, key: "algorithm") }
    self.init(type, type.defaults)
  }

  package init(yaml: YAMLMapping) throws {
    let name = try yaml.string("name")
    guard let type = AlgorithmRegistry.type(named: name) else { throw Self.unknown(yaml, key: "name") }
    var settings = type.defaults
    for key in settings.names {
      guard let value = try yaml.optionalNumber(key) else { continue }
      guard value >= 0 else { throw yaml.invalidValue(of: key, mustBe: "at least 0") }
      settings[key] = value
    }
    self.init(type, settings)
  }

  private init(_ type: any Algorithm.Type, _ settings: NamedSettings) {
    name = type.name
    self.type = type
    self.settings = settings
  }

  private static func unknown(_ yaml: YAMLMapping, key: String) -> DocumentError {
    yaml.invalidValue(of: key, mustBe: "one of \(AlgorithmRegistry.names.joined(separator: ", "))")
  }

  package var json: JSONValue {
    .object(JSONObject([(key: "name", value: .string(name))] + settings.json))
  }

  package static func == (left: AlgorithmChoice, right: AlgorithmChoice) -> Bool {
    left.name == right.name && left.settings == right.settings
  }
}
