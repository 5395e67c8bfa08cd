import Documents
import Testing
import Trainer

struct ScheduleTests {
  @Test func stepDropsAtTheFraction() throws {
    let schedule = try Samples.task("steps: 8\nschedule: {name: step, at: 0.75, factor: 0.2}").schedule
    #expect((0..<8).map { schedule.factor(step: $0, of: 8) } == [1, 1, 1, 1, 1, 1, 0.2, 0.2])
    #expect((0..<3).map { schedule.factor(step: $0, of: 3) } == [1, 1, 1])
    #expect(schedule.json == ["name": "step", "at": 0.75, "factor": 0.2])
  }

  @Test func constantIsTheDefault() throws {
    let schedule = try Samples.task("steps: 8").schedule
    #expect((0..<8).allSatisfy { schedule.factor(step: $0, of: 8) == 1 })
    #expect(schedule.json == ["name": "constant"])
  }
}
