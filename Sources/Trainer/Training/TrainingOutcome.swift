/// What a training run made.
package struct TrainingOutcome: Sendable {
  /// The request's network, with another head if the classes are others.
  package let network: NetworkDefinition
  /// As they are to be stored; with factors of LoRA that are kept apart, without their product.
  package let weights: StateDict
  /// The factors of LoRA; nil without LoRA, or if they are merged into the weights.
  package let adapter: PEFTAdapter?
  /// Steps of the whole network that were taken.
  package let stepCount: Int
  package let history: TrainingHistory
  package let probeHistory: TrainingHistory
  /// Of the weights as they are stored.
  package let trainEvaluation: Evaluation
  /// nil without validation rows.
  package let validationEvaluation: Evaluation?
  /// Of the probed head on the starting features; nil without a probe or validation rows.
  package let probeValidationAccuracy: Double?
  /// What layers and optimizers computed with: "avx512", "avx2" or "sse2".
  package let instructionSet: String
  package let blasCore: String
  /// Over the steps of both phases since the start or the last resumption; 0 without any.
  package let samplesPerSecond: Double

  package var trainAccuracy: Double { trainEvaluation.accuracy }
  package var validationAccuracy: Double? { validationEvaluation?.accuracy }
  package var perDomainValidation: [Evaluation.Domain] { validationEvaluation?.domains ?? [] }
}
