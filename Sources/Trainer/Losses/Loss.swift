/// A loss over logits and class labels. Adding one is one file in `Losses` with its test.
package protocol Loss: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  init()

  /// Writes the gradient of `scale` x the sum of the samples' losses, and returns the unscaled sum.
  ///
  /// Shapes: logits and gradient [labels.count, classCount]; every label is in `0..<classCount`.
  /// Runs on one thread in sample order.
  func evaluate(
    logits: UnsafePointer<Float>, labels: UnsafeBufferPointer<Int32>, classCount: Int, scale: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double
}
