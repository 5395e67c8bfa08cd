/// The largest value of each window and channel: y[c, p] = max over the window of x[c, ·].
///
/// Shapes: x [N, C, H, W], y [N, C, (H + 2 padding - kernel_size) / stride + 1, likewise for W]; `stride` is
/// `kernel_size` unless given, `padding` at most half of it and never the maximum.
/// Gradient: dy goes to the first position, in row order, that held the maximum.
/// NaN: wins, as in PyTorch.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.MaxPool2d.
package struct MaxPool2d: Layer {
  package static let typeName = "MaxPool2d"

  private let pooling: Pooling

  package init(kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
    pooling = Pooling(kernel: Pair(kernelSize), stride: stride.map { Pair($0) }, padding: Pair(padding))
  }

  package init(arguments: inout LayerArguments) throws { pooling = try Pooling(arguments: &arguments) }

  package var arguments: [LayerArgument] { pooling.arguments }
  package var needsInputForBackward: Bool { false }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    try pooling.outputShape(for: input)
  }

  /// The 32-bit number of the winning tap for each output.
  package func savedCount(for input: ActivationShape) -> Int {
    (try? outputShape(for: input))?.elementCount ?? 0
  }

  package func forward(_ pass: ForwardPass) {
    var windows = pooling.geometry(from: pass.inputShape, to: pass.outputShape).c
    let outputCount = pass.outputShape.elementCount
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.max_pool(
        &windows, pass.input + sample * pass.inputShape.elementCount, pass.output + sample * outputCount,
        pass.saved + sample * outputCount)
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    var windows = pooling.geometry(from: pass.inputShape, to: pass.outputShape).c
    let (inputCount, outputCount) = (pass.inputShape.elementCount, pass.outputShape.elementCount)
    inputGradient.update(repeating: 0, count: pass.sampleCount * inputCount)
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.max_pool_gradient(
        &windows, pass.saved + sample * outputCount, pass.outputGradient + sample * outputCount,
        inputGradient + sample * inputCount)
    }
  }
}
