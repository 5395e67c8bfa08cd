import Documents

/// How the learning rate changes during a run: a factor for every step. Adding one is one file in `Schedules` with its test
/// and one line in `ScheduleRegistry`.
package protocol Schedule: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  /// Reads the settings beside the name.
  init(yaml: YAMLMapping) throws

  /// The settings beside the name, for a recipe.
  var settings: [(key: String, value: JSONValue)] { get }

  /// The factor of a step, counted from 0.
  func factor(step: Int, of stepCount: Int) -> Double
}

extension Schedule {
  package var json: JSONValue {
    .object(JSONObject([(key: "name", value: .string(Self.name))] + settings))
  }
}

/// The schedules a task may name.
enum ScheduleRegistry {
  static let types: [any Schedule.Type] = [ConstantSchedule.self, StepSchedule.self]

  /// Reads `{name: step, at: 0.75, factor: 0.2}`.
  static func schedule(yaml: YAMLMapping) throws -> any Schedule {
    let name = try yaml.string("name")
    guard let type = types.first(where: { $0.name == name }) else {
      throw yaml.invalidValue(of: "name", mustBe: "one of " + types.map { $0.name }.joined(separator: ", "))
    }
    return try type.init(yaml: yaml)
  }
}
