import Documents

/// How the learning rate changes during a run: a factor for every step.
package enum Schedule: Sendable, Equatable {
  /// 1 throughout.
  case constant
  /// 1, then `factor` from the step at the fraction `at` of the run on: `step: {at: 0.75, factor: 0.2}` is torch's
  /// MultiStepLR with one milestone.
  case step(at: Double, factor: Double)

  /// The factor of a step, counted from 0.
  package func factor(step: Int, of stepCount: Int) -> Double {
    switch self {
    case .constant: 1
    case .step(let at, let factor): Double(step) >= at * Double(stepCount) ? factor : 1
    }
  }

  package var json: JSONValue {
    switch self {
    case .constant: ["name": "constant"]
    case .step(let at, let factor): ["name": "step", "at": .number(at), "factor": .number(factor)]
    }
  }

  /// Reads `{name: constant}` or `{name: step, at: 0.75, factor: 0.2}`.
  init(yaml: YAMLMapping) throws {
    switch try yaml.string("name") {
    case "constant":
      self = .constant
    case "step":
      let at = try yaml.number("at")
      guard (0...1).contains(at) else { throw yaml.invalidValue(of: "at", mustBe: "between 0 and 1") }
      let factor = try yaml.number("factor")
      guard factor >= 0 else { throw yaml.invalidValue(of: "factor", mustBe: "at least 0") }
      self = .step(at: at, factor: factor)
    default:
      throw yaml.invalidValue(of: "name", mustBe: "constant or step")
    }
  }
}
