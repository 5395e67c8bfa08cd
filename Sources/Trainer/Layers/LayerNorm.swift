/// Layer normalisation: y = γ (x - mean) / √(variance + ε) + β, over the last dimensions of each sample.
///
/// Shapes: x and y [N, D] or [N, L, D] with `normalized_shape` [D]; [N, L, D] with [L, D]; [N, C, H, W] with [C, H, W].
/// γ and β have `normalized_shape`. The variance is the biased one.
/// Gradients: with x̂ the normalised input, M the elements normalised together and g = γ dy,
/// dx = (g - sum(g) / M - x̂ sum(g x̂) / M) / √(variance + ε); dγ = sum of dy x̂, dβ = sum of dy, over what is not
/// normalised together.
/// DType: f32; sums over a row in f64.
/// Determinism: one thread, fixed order.
/// Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016; torch.nn.LayerNorm.
package struct LayerNorm: Layer {
  package static let typeName = "LayerNorm"

  let normalizedShape: [Int]
  let epsilon: Double
  let isAffine: Bool
  let hasBias: Bool

  package init(_ normalizedShape: [Int]) {
    self.normalizedShape = normalizedShape
    epsilon = 1e-5
    isAffine = true
    hasBias = true
  }

  package init(arguments: inout LayerArguments) throws {
    normalizedShape = try arguments.shape("normalized_shape", atMost: LayerLimits.features)
    epsilon = try arguments.number("eps", default: 1e-5, in: 0...1)
    isAffine = try arguments.boolean("elementwise_affine", default: true)
    hasBias = try arguments.boolean("bias", default: true)
    guard normalizedShape.count <= 3 else { throw arguments.refusal("\"normalized_shape\" has more than 3 dimensions") }
  }

  package var arguments: [LayerArgument] {
    [.shape("normalized_shape", normalizedShape)] + (epsilon == 1e-5 ? [] : [.number("eps", epsilon)])
      + (isAffine ? [] : [.boolean("elementwise_affine", false)]) + (hasBias ? [] : [.boolean("bias", false)])
  }

  private var rowLength: Int { normalizedShape.reduce(1, *) }

  package var parameters: [LayerParameter] {
    guard isAffine else { return [] }
    let layout: LayerParameter.Layout = normalizedShape.count == 3 ? .image : .asInPyTorch
    let weight = LayerParameter("weight", shape: normalizedShape, role: .constant(1), layout: layout)
    let bias = LayerParameter("bias", shape: normalizedShape, role: .constant(0), layout: layout)
    return hasBias ? [weight, bias] : [weight]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    let dimensions = input.dimensions
    // Part of an image's dimensions would not be neighbours in memory.
    let fits =
      dimensions.count == 3
      ? dimensions == normalizedShape : Array(dimensions.suffix(normalizedShape.count)) == normalizedShape
    guard fits else { throw ShapeRefusal(reason: "normalized_shape is \(normalizedShape)") }
    return input
  }

  private func rowCount(_ input: ActivationShape) -> Int { input.elementCount / rowLength }

  /// The mean and 1 / √(variance + ε) of each row.
  package func savedCount(for input: ActivationShape) -> Int { 2 * rowCount(input) }

  package func forward(_ pass: ForwardPass) {
    let count = rowLength
    let weight = isAffine ? pass.parameters : nil
    let bias = isAffine && hasBias ? pass.parameters + count : nil
    for row in 0..<pass.sampleCount * rowCount(pass.inputShape) {
      let (input, output) = (pass.input + row * count, pass.output + row * count)
      let (mean, inverse) = statistics(input)
      (pass.saved[2 * row], pass.saved[2 * row + 1]) = (mean, inverse)
      for index in 0..<count {
        output[index] = (input[index] - mean) * inverse * (weight?[index] ?? 1) + (bias?[index] ?? 0)
      }
    }
  }

  /// The mean of a row, and 1 / √(variance + ε).
  private func statistics(_ row: UnsafePointer<Float>) -> (mean: Float, inverse: Float) {
    let count = rowLength
    var (sum, squares) = (0.0, 0.0)
    for index in 0..<count { sum += Double(row[index]) }
    let mean = sum / Double(count)
    for index in 0..<count {
      let deviation = Double(row[index]) - mean
      squares += deviation * deviation
    }
    return (Float(mean), Float(1 / (squares / Double(count) + epsilon).squareRoot()))
  }

  package func backward(_ pass: BackwardPass) {
    let count = rowLength
    let weight = isAffine ? pass.parameters : nil
    for row in 0..<pass.sampleCount * rowCount(pass.inputShape) {
      let (input, gradient) = (pass.input + row * count, pass.outputGradient + row * count)
      let (mean, inverse) = (pass.saved[2 * row], pass.saved[2 * row + 1])
      if isAffine, let parameterGradient = pass.parameterGradient {
        for index in 0..<count { parameterGradient[index] += gradient[index] * (input[index] - mean) * inverse }
        if hasBias { pass.kernels.c.add(Int64(count), parameterGradient + count, gradient, parameterGradient + count) }
      }
      guard let inputGradient = pass.inputGradient.map({ $0 + row * count }) else { continue }
      var (sum, projection) = (0.0, 0.0)
      for index in 0..<count {
        let slope = Double(gradient[index]) * Double(weight?[index] ?? 1)
        sum += slope
        projection += slope * Double((input[index] - mean) * inverse)
      }
      let (meanSum, meanProjection) = (Float(sum / Double(count)), Float(projection / Double(count)))
      for index in 0..<count {
        let normalized = (input[index] - mean) * inverse
        inputGradient[index] =
          inverse * (gradient[index] * (weight?[index] ?? 1) - meanSum - normalized * meanProjection)
      }
    }
  }
}
