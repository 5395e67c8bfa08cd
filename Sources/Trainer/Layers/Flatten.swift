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
      Self.transpose(
        pass.input + sample * count, rowCount: positionCount, columnCount: channelCount,
        into: pass.output + sample * count)
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    let (positionCount, channelCount) = Self.matrix(pass.inputShape)
    let count = positionCount * channelCount
    for sample in 0..<pass.sampleCount {
      Self.transpose(
        pass.outputGradient + sample * count, rowCount: channelCount, columnCount: positionCount,
        into: inputGradient + sample * count)
    }
  }

  /// A sequence lies in memory as in PyTorch.
  private static func matrix(_ shape: ActivationShape) -> (positionCount: Int, channelCount: Int) {
    switch shape {
    case .image: (shape.positionCount, shape.channelCount)
    case .sequence, .features: (1, shape.elementCount)
    }
  }

  private static func transpose(
    _ source: UnsafePointer<Float>, rowCount: Int, columnCount: Int, into target: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<columnCount {
      for row in 0..<rowCount { target[column * rowCount + row] = source[row * columnCount + column] }
    }
  }
}
