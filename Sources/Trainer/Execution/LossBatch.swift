/// What a loss of a whole batch reads, and where it leaves its gradients.
///
/// Shapes: logits and their gradient [sampleCount, classCount], features and their gradient [sampleCount, featureCount];
/// samples are in the order of the batch's rows.
package struct LossBatch {
  package let sampleCount: Int
  package let classCount: Int
  package let featureCount: Int
  package let logits: UnsafePointer<Float>
  /// The input of the head.
  package let features: UnsafePointer<Float>
  /// Labels and domains.
  package let batch: Batch
  /// Zero before the loss is called.
  package let logitGradient: UnsafeMutablePointer<Float>
  /// Zero before the loss is called; what reaches the features through the head is added afterwards. nil unless the loss
  /// says that it has one.
  package let featureGradient: UnsafeMutablePointer<Float>?
}
