import Documents

/// How the learning rate changes during a run: a factor for every step. Adding one is one file in `Schedules` with its
/// test and one line in `ScheduleRegistry`.
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
