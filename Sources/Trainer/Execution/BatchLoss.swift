/// A loss that sees a whole batch at once: one that compares domains, or features.
package protocol BatchLoss: Sendable {
  /// Whether the loss depends on the features other than through the logits.
  var hasFeatureGradient: Bool { get }

  /// Returns the loss and writes its gradients. Runs on one thread, once for each step.
  func evaluate(_ batch: LossBatch) -> Double
}
