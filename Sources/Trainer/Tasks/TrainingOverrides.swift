/// Changes to a task for one run.
package struct TrainingOverrides: Sendable, Equatable {
  package var learningRate: Double?
  package var weightDecay: Double?
  package var stepCount: Int?
  package var batchSize: Int?
  /// Trains the head alone, as the task's linear probe says, and leaves the rest as it is.
  package var isProbeOnly = false
  /// Leaves the linear probe out, for example because a probed head is grafted.
  package var skipsProbe = false

  package init() {}
}
