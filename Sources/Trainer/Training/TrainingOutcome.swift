/// What a training run made.
package struct TrainingOutcome: Sendable {
  package struct HistoryEntry: Sendable, Equatable {
    /// From 1.
    package let step: Int
    /// The mean loss of the step's batch, before the step.
    package let loss: Double
  }

  /// The request's network, with another head if the classes are others.
  package let network: NetworkDefinition
  package let weights: StateDict
  /// Steps of the whole network.
  package let stepCount: Int
  /// At most about a thousand entries: the last step and evenly spaced others.
  package let history: [HistoryEntry]
  package let probeHistory: [HistoryEntry]
  package let trainEvaluation: Evaluation
  /// nil without validation rows.
  package let validationEvaluation: Evaluation?
  /// Of the probed head on the starting features; nil without a probe or validation rows.
  package let probeValidationEvaluation: Evaluation?
  package let blasCore: String
  /// Over the steps of both phases; 0 without any.
  package let samplesPerSecond: Double

  package var trainAccuracy: Double { trainEvaluation.accuracy }
  package var validationAccuracy: Double? { validationEvaluation?.accuracy }
  package var perDomainValidation: [Evaluation.Domain] { validationEvaluation?.domains ?? [] }
  package var probeValidationAccuracy: Double? { probeValidationEvaluation?.accuracy }
}
