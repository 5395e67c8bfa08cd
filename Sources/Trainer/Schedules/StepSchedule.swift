import Documents

/// The learning rate as the task gives it, then `factor` times that from the step at the fraction `at` of the run on:
/// `{name: step, at: 0.75, factor: 0.2}`. With a list of fractions the factor comes again at each: `at: [0.5, 0.75]`.
///
/// Formula: step s of S, from 0, has factor `factor` to the power of the number of fractions a with s >= a x S.
/// Source: torch.optim.lr_scheduler.MultiStepLR with the milestones ceil(a x S).
package struct StepSchedule: Schedule {
  package static let name = "step"

  private let fractions: [Double]
  private let factor: Double

  package init(yaml: YAMLMapping) throws {
    fractions = try yaml.oneOrMoreNumbers("at")
    guard fractions.allSatisfy((0...1).contains) else { throw yaml.invalidValue(of: "at", mustBe: "between 0 and 1") }
    factor = try yaml.number("factor")
    guard factor >= 0 else { throw yaml.invalidValue(of: "factor", mustBe: "at least 0") }
  }

  package var settings: [(key: String, value: JSONValue)] {
    let at: JSONValue = fractions.count == 1 ? .number(fractions[0]) : .array(fractions.map { .number($0) })
    return [(key: "at", value: at), (key: "factor", value: .number(factor))]
  }

  package func factor(step: Int, of stepCount: Int) -> Double {
    fractions.reduce(1) { Double(step) < $1 * Double(stepCount) ? $0 : $0 * factor }
  }
}
