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
  /// The share of the last batch's rows that were told right, before its step.
  package let accuracy: Double
  package let samplesPerSecond: Double

  package init(
    phase: Phase, step: Int, stepCount: Int, loss: Double, accuracy: Double, samplesPerSecond: Double
  ) {
    self.phase = phase
    self.step = step
    self.stepCount = stepCount
    self.loss = loss
    self.accuracy = accuracy
    self.samplesPerSecond = samplesPerSecond
  }
}
