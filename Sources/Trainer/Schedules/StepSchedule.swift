import Documents

/// The learning rate as the task gives it, then `factor` times that from the step at the fraction `at` of the run on:
/// `{name: step, at: 0.75, factor: 0.2}`.
///
/// Formula: step s of S, from 0, has factor 1 if s < at x S, otherwise `factor`.
/// Source: torch.optim.lr_scheduler.MultiStepLR with the one milestone ceil(at x S).
package struct StepSchedule: Schedule {
  package static let name = "step"

  private let at: Double
  private let factor: Double

  package init(yaml: YAMLMapping) throws {
    at = try yaml.number("at")
    guard (0...1).contains(at) else { throw yaml.invalidValue(of: "at", mustBe: "between 0 and 1") }
    factor = try yaml.number("factor")
    guard factor >= 0 else { throw yaml.invalidValue(of: "factor", mustBe: "at least 0") }
  }

  package var settings: [(key: String, value: JSONValue)] {
    [(key: "at", value: .number(at)), (key: "factor", value: .number(factor))]
  }

  package func factor(step: Int, of stepCount: Int) -> Double {
    Double(step) < at * Double(stepCount) ? 1 : factor
  }
}
