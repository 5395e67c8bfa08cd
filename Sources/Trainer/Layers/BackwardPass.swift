/// What `Layer.backward` works on. The input's gradient is overwritten, the parameters' gradient is added to.
package struct BackwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  /// Undefined unless `needsInputForBackward`.
  let input: UnsafePointer<Float>
  /// As `forward` left it if `needsOutputForBackward`, otherwise undefined.
  let output: UnsafePointer<Float>
  let parameters: UnsafePointer<Float>
  /// What `prepare` wrote.
  let prepared: UnsafePointer<Float>
  let saved: UnsafePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  /// Of a `BatchStatisticsLayer`; undefined for others.
  let statistics: UnsafePointer<Float>
  /// Whether the statistics are the batch's; if not, they are constants.
  let usesBatchStatistics: Bool
  let outputGradient: UnsafePointer<Float>
  /// nil if nobody reads it: nothing below the layer is trained.
  let inputGradient: UnsafeMutablePointer<Float>?
  /// nil for a layer whose parameters are all frozen.
  let parameterGradient: UnsafeMutablePointer<Float>?
  let kernels: VectorKernels

  /// Rows of the input taken as a matrix of positions and channels.
  var rowCount: Int { sampleCount * inputShape.positionCount }
}
