/// The mean of each window and channel: y[c, p] = sum over the window of x[c, ·] / (kernel height x kernel width).
///
/// Shapes: x [N, C, H, W], y [N, C, (H + 2 padding - kernel_size) / stride + 1, likewise for W]; `stride` is
/// `kernel_size` unless given, `padding` at most half of it and counted as zeros.
/// Gradient: dx = the sum of dy / (kernel height x kernel width) over the windows that see it.
/// DType: f32, in window order.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.AvgPool2d with count_include_pad.
package struct AvgPool2d: Layer {
  package static let typeName = "AvgPool2d"

  private let pooling: Pooling

  package init(kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
    pooling = Pooling(kernel: Pair(kernelSize), stride: stride.map { Pair($0) }, padding: Pair(padding))
  }

  package init(arguments: inout LayerArguments) throws { pooling = try Pooling(arguments: &arguments) }

  package var arguments: [LayerArgument] { pooling.arguments }
  package var needsInputForBackward: Bool { false }

  private var factor: Float { 1 / Float(pooling.kernel.height * pooling.kernel.width) }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    try pooling.outputShape(for: input)
  }

  package func forward(_ pass: ForwardPass) {
    var windows = pooling.geometry(from: pass.inputShape, to: pass.outputShape).c
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.depthwise(
        &windows, pass.input + sample * pass.inputShape.elementCount, nil, factor, nil,
        pass.output + sample * pass.outputShape.elementCount)
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    var windows = pooling.geometry(from: pass.inputShape, to: pass.outputShape).c
    let inputCount = pass.inputShape.elementCount
    inputGradient.update(repeating: 0, count: pass.sampleCount * inputCount)
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.depthwise_input_gradient(
        &windows, nil, factor, pass.outputGradient + sample * pass.outputShape.elementCount,
        inputGradient + sample * inputCount)
    }
  }
}
