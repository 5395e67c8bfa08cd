/// The rectified linear unit: y = max(x, 0).
///
/// Shapes: any, unchanged. Gradient: dx = dy where y > 0, else 0. Runs in place: backward needs the output only.
/// NaN: passed on, so that a diverged run is seen in its loss.
/// Determinism: elementwise.
/// Source: torch.nn.ReLU.
package struct ReLU: Layer {
  package static let typeName = "ReLU"

  package init() {}
  package init(arguments: inout LayerArguments) throws {}

  package var runsInPlace: Bool { true }
  package var needsInputForBackward: Bool { false }
  package var needsOutputForBackward: Bool { true }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape { input }

  package func forward(_ pass: ForwardPass) {
    let input = pass.input
    let output = pass.output
    for index in 0..<pass.sampleCount * pass.inputShape.elementCount {
      let value = input[index]
      output[index] = value < 0 ? 0 : value
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    let output = pass.output
    let outputGradient = pass.outputGradient
    for index in 0..<pass.sampleCount * pass.inputShape.elementCount {
      let gradient = outputGradient[index]
      inputGradient[index] = output[index] <= 0 ? 0 : gradient
    }
  }
}
