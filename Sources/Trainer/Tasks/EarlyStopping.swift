import Documents

/// When a run ends before its last step: `early-stop: {every: 50, patience: 5, metric: accuracy}`.
///
/// Every `every` steps the validation rows are evaluated. After `patience` evaluations in a row that were no better than
/// the best one the run ends. Whenever it ends, the weights of the best evaluation are kept; of equals the earliest.
package struct EarlyStopping: Sendable, Equatable {
  package enum Metric: String, Sendable, CaseIterable {
    case accuracy
    case logLoss = "log-loss"
  }

  package let every: Int
  package let patience: Int
  package let metric: Metric

  init(yaml: YAMLMapping) throws {
    every = try yaml.integer("every")
    guard (1...TrainingTask.stepLimit).contains(every) else {
      throw yaml.invalidValue(of: "every", mustBe: "between 1 and \(TrainingTask.stepLimit)")
    }
    patience = try yaml.integer("patience")
    guard patience >= 1 else { throw yaml.invalidValue(of: "patience", mustBe: "at least 1") }
    let name = try yaml.optionalString("metric") ?? Metric.accuracy.rawValue
    guard let metric = Metric(rawValue: name) else {
      throw yaml.invalidValue(of: "metric", mustBe: Metric.allCases.map(\.rawValue).joined(separator: " or "))
    }
    self.metric = metric
  }

  package var json: JSONValue {
    [
      "every": .integer(Int64(every)), "patience": .integer(Int64(patience)), "metric": .string(metric.rawValue),
    ]
  }

  /// How good an evaluation is; more is better, NaN is worst.
  func score(_ evaluation: Evaluation) -> Double {
    let score =
      switch metric {
      case .accuracy: evaluation.accuracy
      case .logLoss: -evaluation.meanLogLoss
      }
    return score.isNaN ? -.infinity : score
  }
}
