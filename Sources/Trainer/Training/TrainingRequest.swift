/// Everything a training run depends on.
package struct TrainingRequest: Sendable {
  package var network: NetworkDefinition
  package var weights: StateDict
  /// The head's parameters of another model of the same features, to start from instead of this model's or fresh ones.
  package var graftedHead: StateDict?
  /// As it is to be done: overrides are applied before (`TrainingTask.applying`).
  package var task: TrainingTask
  package var dataset: ImageDataset
  package var seed: UInt64
  /// Changes the time, not the result.
  package var threadCount: Int

  package init(
    network: NetworkDefinition, weights: StateDict, graftedHead: StateDict? = nil, task: TrainingTask,
    dataset: ImageDataset, seed: UInt64, threadCount: Int
  ) {
    self.network = network
    self.weights = weights
    self.graftedHead = graftedHead
    self.task = task
    self.dataset = dataset
    self.seed = seed
    self.threadCount = threadCount
  }
}

/// Where a run stands.
package struct TrainingProgress: Sendable {
  package enum Phase: String, Sendable {
    /// The head alone is trained.
    case probe
    /// The whole network is trained.
    case train
  }

  package let phase: Phase
  /// Steps done, and to do, in this phase.
  package let step: Int
  package let stepCount: Int
  /// Of the last batch, before its step.
  package let loss: Double
  package let samplesPerSecond: Double
}

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
