import Documents

/// Which optimizer a task takes, and its hyper-parameters: `optimizer: {name: adam, learning-rate: 1e-3}` or the name
/// alone.
package struct OptimizerChoice: Sendable, Equatable {
  package var name: String
  package var learningRate: Double
  package var settings: NamedSettings

  private static let defaultLearningRate = 1e-3

  /// Adam with its defaults.
  package init() {
    self.init(name: Adam.name, learningRate: Self.defaultLearningRate, settings: Adam.defaults)
  }

  private init(name: String, learningRate: Double, settings: NamedSettings) {
    self.name = name
    self.learningRate = learningRate
    self.settings = settings
  }

  /// Reads the key `optimizer` of a task.
  init(task yaml: YAMLMapping) throws {
    guard yaml.has("optimizer") else {
      self.init()
      return
    }
    if let name = try? yaml.string("optimizer") {
      guard let type = OptimizerRegistry.type(named: name) else { throw Self.unknown(yaml, key: "optimizer") }
      self.init(name: name, learningRate: Self.defaultLearningRate, settings: type.defaults)
      return
    }
    let mapping = try yaml.mapping("optimizer")
    let name = try mapping.string("name")
    guard let type = OptimizerRegistry.type(named: name) else { throw Self.unknown(mapping, key: "name") }
    self.init(
      name: name, learningRate: try Self.learningRate(mapping), settings: try Self.settings(mapping, type.defaults))
  }

  static func learningRate(_ yaml: YAMLMapping) throws -> Double {
    let rate = try yaml.optionalNumber("learning-rate") ?? defaultLearningRate
    guard rate >= 0 else { throw yaml.invalidValue(of: "learning-rate", mustBe: "at least 0") }
    return rate
  }

  private static func settings(_ yaml: YAMLMapping, _ defaults: NamedSettings) throws -> NamedSettings {
    var settings = defaults
    for (name, value) in defaults.entries {
      if case .flag = value {
        if let value = try yaml.optionalBool(name) { settings.set(name, .flag(value)) }
        continue
      }
      guard let value = try yaml.optionalNumber(name) else { continue }
      guard value >= 0 else { throw yaml.invalidValue(of: name, mustBe: "at least 0") }
      settings[name] = value
    }
    for key in ["beta1", "beta2"] where settings[key] >= 1 { throw yaml.invalidValue(of: key, mustBe: "below 1") }
    if settings.isOn("nesterov"), settings["momentum"] == 0 || settings["dampening"] != 0 {
      throw yaml.invalidValue(of: "nesterov", mustBe: "false without a momentum, or with a dampening")
    }
    return settings
  }

  private static func unknown(_ yaml: YAMLMapping, key: String) -> DocumentError {
    yaml.invalidValue(of: key, mustBe: "one of \(OptimizerRegistry.names.joined(separator: ", "))")
  }

  package var json: JSONValue {
    .object(
      JSONObject(
        [(key: "name", value: .string(name)), (key: "learning-rate", value: .number(learningRate))] + settings.json))
  }
}
