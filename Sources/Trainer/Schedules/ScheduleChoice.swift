import Documents

/// A task's schedule: one of those that have a name, after a linear warm-up if the task asks for one:
/// `schedule: {name: cosine, warm-up: 100}`.
///
/// Formula: with W steps of warm-up, step s < W of S has factor (s + 1) / (W + 1); after them step s is step s - W of
/// the S - W of the named schedule.
/// Source: torch.optim.lr_scheduler.SequentialLR of LinearLR(start_factor = 1 / (W + 1), total_iters = W) and the named
/// schedule, with the milestone W.
package struct ScheduleChoice: Sendable {
  package let schedule: any Schedule
  package let warmUpStepCount: Int

  package init(_ schedule: any Schedule = ConstantSchedule(), warmUpStepCount: Int = 0) {
    self.schedule = schedule
    self.warmUpStepCount = warmUpStepCount
  }

  package init(yaml: YAMLMapping) throws {
    schedule = try ScheduleRegistry.schedule(yaml: yaml)
    warmUpStepCount = try yaml.naturalNumber("warm-up", default: 0)
  }

  /// The factor of a step, counted from 0.
  package func factor(step: Int, of stepCount: Int) -> Double {
    guard step >= warmUpStepCount else { return Double(step + 1) / (Double(warmUpStepCount) + 1) }
    return schedule.factor(step: step - warmUpStepCount, of: stepCount - warmUpStepCount)
  }

  package var json: JSONValue {
    var members: [JSONObject.Member] = [(key: "name", value: .string(type(of: schedule).name))]
    members += schedule.settings.map { (key: $0.key, value: $0.value) }
    if warmUpStepCount > 0 { members.append((key: "warm-up", value: .integer(Int64(warmUpStepCount)))) }
    return .object(JSONObject(members))
  }
}
