import Tensors

/// Changes to a task for one run.
package struct TrainingOverrides: Sendable, Equatable {
  package var learningRate: Double?
  package var weightDecay: Double?
  package var stepCount: Int?
  package var batchSize: Int?
  package var dropout: Double?
  /// Domains of which no row is used; empty as the task says.
  package var heldOut: [String] = []
  package var splitSeed: UInt64?
  package var algorithm: AlgorithmChoice?
  package var average: AverageSettings?
  package var lora: LoRASettings?
  package var mergesLoRA = false
  /// In addition to the task's.
  package var frozen: [NamePattern] = []
  /// Instead of the task's, if there are any.
  package var trained: [NamePattern] = []
  /// Trains the head alone before the rest: true as the task says or with the defaults, false not at all.
  package var linearProbe: Bool?
  /// Trains the head alone, as the task's linear probe says, and leaves the rest as it is.
  package var isProbeOnly = false

  package init() {}
}
