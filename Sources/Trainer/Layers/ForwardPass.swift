/// What `Layer.forward` works on. `input` and `output` are the same memory if the layer runs in place.
package struct ForwardPass {
  let sampleCount: Int
  let inputShape: ActivationShape
  let outputShape: ActivationShape
  let input: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let parameters: UnsafePointer<Float>
  let saved: UnsafeMutablePointer<Float>
  let temporary: UnsafeMutablePointer<Float>
  let blas: BLAS
}
