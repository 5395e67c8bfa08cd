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
