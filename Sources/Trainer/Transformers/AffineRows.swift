import COpenBLAS

/// y = x Wᵀ + b on rows, and its gradients.
///
/// Shapes: x [rows, in], W [out, in], b [out], y [rows, out]. DType: f32, accumulated in OpenBLAS' order.
extension EncoderParameters.Affine {
  func forward(
    _ x: UnsafePointer<Float>, rows: Int, parameters: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    let (outputs, inputs) = (outputCount, inputCount)
    for row in 0..<rows { (y + row * outputs).update(from: parameters + bias, count: outputs) }
    wgit_sgemm(
      false, true, Int32(rows), Int32(outputs), Int32(inputs), 1, x, Int32(inputs), parameters + weight, Int32(inputs),
      1,
      y, Int32(outputs))
  }

  /// - Parameters:
  ///   - gradient: of all parameters, is added to.
  ///   - dx: is overwritten, or added to if `adding`.
  func backward(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, rows: Int, parameters: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, into dx: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    let (outputs, inputs) = (outputCount, inputCount)
    wgit_sgemm(
      true, false, Int32(outputs), Int32(inputs), Int32(rows), 1, dy, Int32(outputs), x, Int32(inputs), 1,
      gradient + weight, Int32(inputs))
    let biasGradient = gradient + bias
    for row in 0..<rows {
      let values = dy + row * outputs
      for index in 0..<outputs { biasGradient[index] += values[index] }
    }
    wgit_sgemm(
      false, false, Int32(rows), Int32(inputs), Int32(outputs), 1, dy, Int32(outputs), parameters + weight,
      Int32(inputs),
      adding ? 1 : 0, dx, Int32(inputs))
  }
}
