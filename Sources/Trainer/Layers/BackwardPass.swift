/// What `Layer.backward` works on. Gradients are overwritten, not added to.
package struct BackwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  let input: UnsafePointer<Float>
  /// As `forward` left it if `needsOutputForBackward`, otherwise undefined.
  let output: UnsafePointer<Float>
  let parameters: UnsafePointer<Float>
  let saved: UnsafePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  let outputGradient: UnsafePointer<Float>
  /// nil for the first layer, whose input gradient nobody reads.
  let inputGradient: UnsafeMutablePointer<Float>?
  let parameterGradient: UnsafeMutablePointer<Float>
  let blas: BLAS
}
