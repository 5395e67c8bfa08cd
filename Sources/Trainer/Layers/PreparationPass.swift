/// What `Layer.prepare` works on: once for each step, before any sample.
package struct PreparationPass {
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  let parameters: UnsafePointer<Float>
  let prepared: UnsafeMutablePointer<Float>
  let isTraining: Bool
  let kernels: VectorKernels
}
