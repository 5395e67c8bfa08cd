import Documents
import Testing
import Trainer

/// What the schedules do to weights is compared with PyTorch in OptimizerTests.
struct ScheduleTests {
  private func factors(_ schedule: String, of count: Int) throws -> [Double] {
    let schedule = try Samples.task("steps: 8\nschedule: \(schedule)").schedule
    return (0..<count).map { schedule.factor(step: $0, of: count) }
  }

  @Test func stepDropsAtTheFractions() throws {
    #expect(try factors("{name: step, at: 0.75, factor: 0.2}", of: 8) == [1, 1, 1, 1, 1, 1, 0.2, 0.2])
    #expect(try factors("{name: step, at: 0.75, factor: 0.2}", of: 3) == [1, 1, 1])
    #expect(try factors("{name: step, at: [0.5, 0.75], factor: 0.5}", of: 4) == [1, 1, 0.5, 0.25])
  }

  @Test func warmUpClimbsAndTheScheduleBeginsBehindIt() throws {
    #expect(try factors("{name: constant, warm-up: 3}", of: 6) == [0.25, 0.5, 0.75, 1, 1, 1])
    #expect(try factors("{name: linear, warm-up: 1}", of: 5) == [0.5, 1, 0.75, 0.5, 0.25])
    #expect(try factors("{name: linear, warm-up: 9}", of: 2) == [0.1, 0.2])
  }

  @Test func cosineFallsToTheMinimum() throws {
    let factors = try factors("{name: cosine, minimum: 0.2}", of: 4)
    #expect(factors[0] == 1 && abs(factors[2] - 0.6) < 1e-12)
    #expect(zip(factors, factors.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func constantIsTheDefault() throws {
    let schedule = try Samples.task("steps: 8").schedule
    #expect((0..<8).allSatisfy { schedule.factor(step: $0, of: 8) == 1 })
    #expect(schedule.json == ["name": "constant"])
  }

  @Test func everySettingIsInTheRecipe() throws {
    let task = try Samples.task("steps: 8\nschedule: {name: step, at: [0.5, 0.75], factor: 0.2, warm-up: 2}")
    #expect(
      task.schedule.json == [
        "name": "step", "at": [.number(0.5), .number(0.75)], "factor": .number(0.2), "warm-up": 2,
      ])
  }
}
