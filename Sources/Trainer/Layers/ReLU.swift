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
    pass.kernels.c.relu(Int64(pass.sampleCount * pass.inputShape.elementCount), pass.input, pass.output)
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    pass.kernels.c.relu_gradient(
      Int64(pass.sampleCount * pass.inputShape.elementCount), pass.output, pass.outputGradient, inputGradient)
  }
}
