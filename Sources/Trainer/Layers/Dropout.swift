import Tensors

/// Dropout: in training y = x / (1 - p) with probability 1 - p, else 0; in evaluation y = x.
///
/// Shapes: any, unchanged. Gradient: dx = dy / (1 - p) where x was kept, else 0.
/// Determinism: whether an element is kept is a pure function of the seed, the layer, the step, the sample's position in
/// the batch and the element: 32 bits of `CounterRandom`, kept if they are at least p x 2^32.
/// Source: N. Srivastava et al., "Dropout", JMLR 15, 2014; torch.nn.Dropout, whose random numbers are others.
package struct Dropout: Layer {
  package static let typeName = "Dropout"

  let probability: Double

  package init(probability: Double = 0.5) {
    self.probability = probability
  }

  package init(arguments: inout LayerArguments) throws {
    probability = try arguments.number("p", default: 0.5, in: 0...1)
  }

  package var arguments: [LayerArgument] { probability == 0.5 ? [] : [.number("p", probability)] }

  package var runsInPlace: Bool { true }
  package var needsInputForBackward: Bool { false }
  package var isRandom: Bool { true }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape { input }

  /// The factor of each element.
  package func savedCount(for input: ActivationShape) -> Int { input.elementCount }

  package func forward(_ pass: ForwardPass) {
    let count = pass.sampleCount * pass.inputShape.elementCount
    guard pass.isTraining, let random = pass.random else {
      if UnsafePointer(pass.output) != pass.input { pass.output.update(from: pass.input, count: count) }
      return
    }
    DropoutMask(probability: probability, random: random).write(
      first: pass.firstSample * pass.inputShape.elementCount, count: count, into: pass.saved)
    pass.kernels.c.multiply(Int64(count), pass.input, pass.saved, pass.output)
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    pass.kernels.c.multiply(
      Int64(pass.sampleCount * pass.inputShape.elementCount), pass.outputGradient, pass.saved, inputGradient)
  }
}
