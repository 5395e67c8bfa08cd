/// Layer normalisation of rows, and its gradient: see `LayerNorm` for the formulas.
///
/// Shapes: x, y [rows, size]; scale and shift [size]. DType: f32, sums over a row in f64.
enum RowNormalization {
  /// - Parameter statistics: [rows, 2], gets the mean and 1 / √(variance + ε) of each row.
  static func forward(
    _ x: UnsafePointer<Float>, rows: Int, size: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    epsilon: Float, into y: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let (input, output) = (x + row * size, y + row * size)
      let (mean, inverse) = Self.statistics(input, size: size, epsilon: Double(epsilon))
      (statistics[2 * row], statistics[2 * row + 1]) = (mean, inverse)
      for index in 0..<size { output[index] = (input[index] - mean) * inverse * scale[index] + shift[index] }
    }
  }

  /// The mean of a row, and 1 / √(variance + ε) with the biased variance.
  static func statistics(
    _ row: UnsafePointer<Float>, size: Int, epsilon: Double
  ) -> (mean: Float, inverse: Float) {
    var sum = 0.0
    for index in 0..<size { sum += Double(row[index]) }
    let mean = sum / Double(size)
    var squares = 0.0
    for index in 0..<size {
      let deviation = Double(row[index]) - mean
      squares += deviation * deviation
    }
    return (Float(mean), Float(1 / (squares / Double(size) + epsilon).squareRoot()))
  }

  /// - Parameters:
  ///   - dx: is overwritten; may be dy.
  ///   - dScale, dShift: are added to.
  static func backward(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, rows: Int, size: Int, scale: UnsafePointer<Float>,
    statistics: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, dScale: UnsafeMutablePointer<Float>,
    dShift: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let (input, gradient, result) = (x + row * size, dy + row * size, dx + row * size)
      let (mean, inverse) = (statistics[2 * row], statistics[2 * row + 1])
      var sum = 0.0
      var product = 0.0
      for index in 0..<size {
        let normal = (input[index] - mean) * inverse
        let scaled = gradient[index] * scale[index]
        sum += Double(scaled)
        product += Double(scaled * normal)
        dScale[index] += gradient[index] * normal
        dShift[index] += gradient[index]
      }
      let (meanGradient, meanProduct) = (Float(sum / Double(size)), Float(product / Double(size)))
      for index in 0..<size {
        let normal = (input[index] - mean) * inverse
        result[index] = inverse * (gradient[index] * scale[index] - meanGradient - normal * meanProduct)
      }
    }
  }
}
