import Documents

/// A straight line from the learning rate down to `minimum` times it: `{name: linear, minimum: 0}`.
///
/// Formula: step s of S, from 0, has factor 1 - (1 - minimum) s / S.
/// Source: torch.optim.lr_scheduler.LinearLR from 1 to `minimum` in S steps; the usual schedule of fine-tuned language
/// models.
package struct LinearSchedule: Schedule {
  package static let name = "linear"

  private let minimum: Double

  package init(yaml: YAMLMapping) throws {
    minimum = try yaml.optionalNumber("minimum") ?? 0
    guard (0...1).contains(minimum) else { throw yaml.invalidValue(of: "minimum", mustBe: "between 0 and 1") }
  }

  package var settings: [(key: String, value: JSONValue)] { [(key: "minimum", value: .number(minimum))] }

  package func factor(step: Int, of stepCount: Int) -> Double {
    1 - (1 - minimum) * Double(step) / Double(max(1, stepCount))
  }
}
