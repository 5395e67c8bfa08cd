/// A layer that applies one function to every element.
///
/// Shapes: any, unchanged. Gradient: dx = dy f'(x). Determinism: elementwise; the last bit depends on the C library where
/// the function does. NaN: passed on.
protocol Activation: Layer {
  func value(_ x: Float) -> Float
  func slope(_ x: Float) -> Float
}

extension Activation {
  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape { input }

  package func forward(_ pass: ForwardPass) {
    for index in 0..<pass.sampleCount * pass.inputShape.elementCount { pass.output[index] = value(pass.input[index]) }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    for index in 0..<pass.sampleCount * pass.inputShape.elementCount {
      inputGradient[index] = pass.outputGradient[index] * slope(pass.input[index])
    }
  }
}
