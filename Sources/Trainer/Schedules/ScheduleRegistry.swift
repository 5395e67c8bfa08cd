import Documents

/// The schedules a task may name.
enum ScheduleRegistry {
  static let types: [any Schedule.Type] = [
    ConstantSchedule.self, CosineSchedule.self, LinearSchedule.self, StepSchedule.self,
  ]

  /// Reads `{name: step, at: 0.75, factor: 0.2}`.
  static func schedule(yaml: YAMLMapping) throws -> any Schedule {
    let name = try yaml.string("name")
    guard let type = types.first(where: { $0.name == name }) else {
      throw yaml.invalidValue(of: "name", mustBe: "one of " + types.map { $0.name }.joined(separator: ", "))
    }
    return try type.init(yaml: yaml)
  }
}
