import Documents
import Glibc

/// Half a cosine from the learning rate down to `minimum` times it: `{name: cosine, minimum: 0}`.
///
/// Formula: step s of S, from 0, has factor minimum + (1 - minimum) (1 + cos(π s / S)) / 2.
/// Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without
/// restarts; torch.optim.lr_scheduler.CosineAnnealingLR with T_max = S and eta_min = minimum x the learning rate.
package struct CosineSchedule: Schedule {
  package static let name = "cosine"

  private let minimum: Double

  package init(yaml: YAMLMapping) throws {
    minimum = try yaml.optionalNumber("minimum") ?? 0
    guard (0...1).contains(minimum) else { throw yaml.invalidValue(of: "minimum", mustBe: "between 0 and 1") }
  }

  package var settings: [(key: String, value: JSONValue)] { [(key: "minimum", value: .number(minimum))] }

  package func factor(step: Int, of stepCount: Int) -> Double {
    minimum + (1 - minimum) * (1 + cos(.pi * Double(step) / Double(max(1, stepCount)))) / 2
  }
}
