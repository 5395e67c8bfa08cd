/// The mean over all positions: y[c] = mean over p of x[c, p].
///
/// Shapes: x [N, C, H, W], y [N, C], or x [N, L, D], y [N, D].
/// Gradient: dx[c, p] = dy[c] / number of positions.
/// DType: f32; the sum in f64, rounded once.
/// Determinism: one thread, fixed order.
/// Source: M. Lin, Q. Chen, S. Yan, "Network in network", ICLR 2014; torch.nn.AdaptiveAvgPool2d(1) and Flatten.
package struct GlobalAvgPool: Layer {
  package static let typeName = "GlobalAvgPool"

  package init() {}
  package init(arguments: inout LayerArguments) throws {}

  package var needsInputForBackward: Bool { false }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    if case .features = input { throw ShapeRefusal(reason: "it takes an image or a sequence, not features") }
    return .features(input.channelCount)
  }

  package func forward(_ pass: ForwardPass) {
    let (positionCount, channelCount) = (pass.inputShape.positionCount, pass.inputShape.channelCount)
    let output = pass.output
    output.update(repeating: 0, count: pass.sampleCount * channelCount)
    for sample in 0..<pass.sampleCount {
      let row = output + sample * channelCount
      pass.kernels.addColumnSums(
        of: pass.input + sample * pass.inputShape.elementCount, rowCount: positionCount, columnCount: channelCount,
        to: row)
    }
    pass.kernels.c.scale(Int64(pass.sampleCount * channelCount), 1 / Float(positionCount), output)
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    let (positionCount, channelCount) = (pass.inputShape.positionCount, pass.inputShape.channelCount)
    for sample in 0..<pass.sampleCount {
      let first = inputGradient + sample * pass.inputShape.elementCount
      first.update(from: pass.outputGradient + sample * channelCount, count: channelCount)
      pass.kernels.c.scale(Int64(channelCount), 1 / Float(positionCount), first)
      for position in 1..<max(1, positionCount) {
        (first + position * channelCount).update(from: first, count: channelCount)
      }
    }
  }
}
