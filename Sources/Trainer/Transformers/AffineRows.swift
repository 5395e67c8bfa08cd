/// y = x Wᵀ + b on rows, and its gradients.
///
/// Shapes: x [rows, in], W [out, in], b [out], y [rows, out]. DType: f32, accumulated in OpenBLAS' order; db in f64.
extension EncoderParameters.Affine {
  func forward(
    _ x: UnsafePointer<Float>, rows: Int, parameters: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    blas: BLAS
  ) {
    for row in 0..<rows { (y + row * outputCount).update(from: parameters + bias.offset, count: outputCount) }
    blas.multiply(
      BLAS.Matrix(x, rowCount: rows, columnCount: inputCount), matrix(parameters).transposed, adding: 1, into: y)
  }

  private func matrix(_ parameters: UnsafePointer<Float>) -> BLAS.Matrix {
    BLAS.Matrix(parameters + weight.offset, rowCount: outputCount, columnCount: inputCount)
  }

  /// dx = dy W.
  ///
  /// - Parameter dx: is overwritten, or added to if `adding`.
  func inputGradient(
    _ dy: UnsafePointer<Float>, rows: Int, parameters: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    adding: Bool, blas: BLAS
  ) {
    blas.multiply(
      BLAS.Matrix(dy, rowCount: rows, columnCount: outputCount), matrix(parameters), adding: adding ? 1 : 0, into: dx)
  }

  /// Rows of the weight whose gradient is one task.
  private static let taskRowCount = 128

  var gradientTaskCount: Int { (outputCount + Self.taskRowCount - 1) / Self.taskRowCount }

  /// dW = dyᵀ x and db = the column sums of dy, for some outputs. Both are overwritten.
  ///
  /// - Parameter gradient: of all parameters.
  func parameterGradient(
    task: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, rows: Int, isTrained: [Bool],
    into gradient: UnsafeMutablePointer<Float>, blas: BLAS
  ) {
    let outputs = task * Self.taskRowCount..<min((task + 1) * Self.taskRowCount, outputCount)
    if isTrained[weight.number] {
      let part = BLAS.Matrix(
        dy + outputs.lowerBound, rowCount: rows, columnCount: outputs.count, rowStride: outputCount)
      blas.multiply(
        part.transposed, BLAS.Matrix(x, rowCount: rows, columnCount: inputCount), adding: 0,
        into: gradient + weight.offset + outputs.lowerBound * inputCount)
    }
    guard isTrained[bias.number] else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: outputs.count) { sums in
      sums.initialize(repeating: 0)
      for row in 0..<rows {
        let values = dy + row * outputCount + outputs.lowerBound
        for index in sums.indices { sums[index] += Double(values[index]) }
      }
      for index in sums.indices { gradient[bias.offset + outputs.lowerBound + index] = Float(sums[index]) }
    }
  }
}
