/// An image as features in PyTorch's order: channels, then height, then width; a sequence as features.
///
/// Shapes: x [N, C, H, W], y [N, C x H x W], or x [N, L, D], y [N, L x D]. Images lie N, H, W, C in memory, so both passes transpose each sample.
/// Determinism: moves values, computes nothing.
/// Source: torch.nn.Flatten with its default dimensions.
package struct Flatten: Layer {
  package static let typeName = "Flatten"

  package init() {}
  package init(arguments: inout LayerArguments) throws {}

  package var needsInputForBackward: Bool { false }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    .features(input.elementCount)
  }

  package func forward(_ pass: ForwardPass) {
    let (positionCount, channelCount) = Self.matrix(pass.inputShape)
    let count = positionCount * channelCount
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.transpose(
        Int64(positionCount), Int64(channelCount), pass.input + sample * count, Int64(channelCount),
        pass.output + sample * count, Int64(positionCount))
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    let (positionCount, channelCount) = Self.matrix(pass.inputShape)
    let count = positionCount * channelCount
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.transpose(
        Int64(channelCount), Int64(positionCount), pass.outputGradient + sample * count, Int64(positionCount),
        inputGradient + sample * count, Int64(channelCount))
    }
  }

  /// A sequence lies in memory as in PyTorch.
  private static func matrix(_ shape: ActivationShape) -> (positionCount: Int, channelCount: Int) {
    switch shape {
    case .image: (shape.positionCount, shape.channelCount)
    case .sequence, .features, .tokens: (shape.elementCount, 1)
    }
  }
}
