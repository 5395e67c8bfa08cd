import Tensors

/// What `Layer.forward` works on. `input` and `output` are the same memory if the layer runs in place.
package struct ForwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  let input: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let parameters: UnsafePointer<Float>
  /// What `prepare` wrote.
  let prepared: UnsafePointer<Float>
  let saved: UnsafeMutablePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  /// Of a `BatchStatisticsLayer`; undefined for others.
  let statistics: UnsafePointer<Float>
  /// Whether the pass belongs to a training step; the alternative is evaluation.
  let isTraining: Bool
  /// The layer's random numbers for this step, if it is random and trained.
  let random: CounterRandom?
  /// The position of the first sample in the batch: random numbers are drawn by position.
  let firstSample: Int
  let kernels: VectorKernels

  /// Rows of the input taken as a matrix of positions and channels.
  var rowCount: Int { sampleCount * inputShape.positionCount }
}
