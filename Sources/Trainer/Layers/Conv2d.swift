/// A two-dimensional convolution: y[o, p] = b[o] + sum over (c, ky, kx) of W[o, c, ky, kx] x[c, window].
///
/// Shapes: x [N, in_channels, H, W], weight [out_channels, in_channels / groups, kernel height, kernel width],
/// b [out_channels], y [N, out_channels, H', W'] with H' = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1,
/// likewise W'. With groups, each group of outputs sees its own group of inputs.
/// Gradients: dW is the correlation of x with dy, db the sum of dy over positions, dx the transposed convolution of dy.
/// DType: f32, accumulated in f32 in the order of `Convolution`; db in f64 for each shard.
/// Determinism: one thread, fixed order; bits depend on the instruction set.
/// Source: torch.nn.Conv2d with padding_mode "zeros".
package struct Conv2d: Layer {
  package static let typeName = "Conv2d"

  let inChannels: Int
  let outChannels: Int
  let kernel: Pair
  let stride: Pair
  let padding: Pair
  let dilation: Pair
  let groupCount: Int
  let hasBias: Bool

  package init(
    inChannels: Int, outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, groupCount: Int = 1,
    hasBias: Bool = true
  ) {
    self.inChannels = inChannels
    self.outChannels = outChannels
    kernel = Pair(kernelSize)
    self.stride = Pair(stride)
    self.padding = Pair(padding)
    dilation = Pair(1)
    self.groupCount = groupCount
    self.hasBias = hasBias
  }

  package init(arguments: inout LayerArguments) throws {
    inChannels = try arguments.positiveInteger("in_channels", atMost: LayerLimits.channels)
    outChannels = try arguments.positiveInteger("out_channels", atMost: LayerLimits.channels)
    kernel = try arguments.pair("kernel_size", in: 1...LayerLimits.kernelSize)
    stride = try arguments.pair("stride", in: 1...LayerLimits.kernelSize, default: Pair(1))
    padding = try arguments.pair("padding", in: 0...LayerLimits.kernelSize, default: Pair(0))
    dilation = try arguments.pair("dilation", in: 1...LayerLimits.kernelSize, default: Pair(1))
    groupCount = try arguments.positiveInteger("groups", default: 1, atMost: LayerLimits.channels)
    hasBias = try arguments.boolean("bias", default: true)
    for (name, count) in [("in_channels", inChannels), ("out_channels", outChannels)]
    where !count.isMultiple(of: groupCount) {
      throw arguments.refusal("\(name) \(count) is not a multiple of groups \(groupCount)")
    }
  }

  package var arguments: [LayerArgument] {
    [.integer("in_channels", inChannels), .integer("out_channels", outChannels)]
      + LayerArgument.pair("kernel_size", kernel) + LayerArgument.pair("stride", stride, default: Pair(1))
      + LayerArgument.pair("padding", padding, default: Pair(0))
      + LayerArgument.pair("dilation", dilation, default: Pair(1))
      + (groupCount == 1 ? [] : [.integer("groups", groupCount)]) + (hasBias ? [] : [.boolean("bias", false)])
  }

  private var isDepthwise: Bool { groupCount > 1 && groupCount == inChannels && groupCount == outChannels }

  private var weightCount: Int { outChannels * inChannels / groupCount * kernel.height * kernel.width }

  package var parameters: [LayerParameter] {
    let fanIn = inChannels / groupCount * kernel.height * kernel.width
    let weight = LayerParameter(
      "weight", shape: [outChannels, inChannels / groupCount, kernel.height, kernel.width],
      role: .weight(fanIn: fanIn), layout: isDepthwise ? .depthwise : .convolution(groups: groupCount))
    let bias = LayerParameter("bias", shape: [outChannels], role: .bias(fanIn: fanIn))
    return hasBias ? [weight, bias] : [weight]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, let height, let width) = input else { throw .imageExpected(input) }
    guard channels == inChannels else { throw ShapeRefusal(reason: "in_channels is \(inChannels)") }
    let size = try WindowGeometry.outputSize(
      Pair(height, width), kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    return .image(channels: outChannels, height: size.height, width: size.width)
  }

  /// The weights as the input's gradient needs them.
  package func preparedCount(isTraining: Bool) -> Int { isTraining && !isDepthwise ? weightCount : 0 }

  package func prepare(_ pass: PreparationPass) {
    guard pass.isTraining, !isDepthwise else { return }
    convolution(from: pass.inputShape, to: pass.outputShape).prepareInputGradient(
      weight: pass.parameters, into: pass.prepared, pass.kernels)
  }

  package func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int {
    guard let output = try? outputShape(for: input), !isDepthwise else { return 0 }
    return convolution(from: input, to: output).temporaryCount * sampleCount
  }

  package func forward(_ pass: ForwardPass) {
    let bias = hasBias ? pass.parameters + weightCount : nil
    guard isDepthwise else {
      convolution(from: pass.inputShape, to: pass.outputShape).forward(pass, bias: bias)
      return
    }
    var windows = geometry(from: pass.inputShape, to: pass.outputShape).c
    for sample in 0..<pass.sampleCount {
      pass.kernels.c.depthwise(
        &windows, pass.input + sample * pass.inputShape.elementCount, pass.parameters, 1, bias,
        pass.output + sample * pass.outputShape.elementCount)
    }
  }

  package func backward(_ pass: BackwardPass) {
    if let gradient = pass.parameterGradient, hasBias {
      let positionCount = pass.sampleCount * pass.outputShape.positionCount
      pass.kernels.addColumnSums(
        of: pass.outputGradient, rowCount: positionCount, columnCount: outChannels, to: gradient + weightCount)
    }
    if isDepthwise {
      backwardDepthwise(pass)
    } else {
      convolution(from: pass.inputShape, to: pass.outputShape).backward(pass)
    }
  }

  private func backwardDepthwise(_ pass: BackwardPass) {
    var windows = geometry(from: pass.inputShape, to: pass.outputShape).c
    let (inputCount, outputCount) = (pass.inputShape.elementCount, pass.outputShape.elementCount)
    pass.inputGradient?.update(repeating: 0, count: pass.sampleCount * inputCount)
    for sample in 0..<pass.sampleCount {
      let outputGradient = pass.outputGradient + sample * outputCount
      if let gradient = pass.parameterGradient {
        pass.kernels.c.depthwise_weight_gradient(
          &windows, pass.input + sample * inputCount, outputGradient, gradient)
      }
      if let inputGradient = pass.inputGradient {
        pass.kernels.c.depthwise_input_gradient(
          &windows, pass.parameters, 1, outputGradient, inputGradient + sample * inputCount)
      }
    }
  }

  private func convolution(from input: ActivationShape, to output: ActivationShape) -> Convolution {
    Convolution(geometry(from: input, to: output), outChannels: outChannels, groupCount: groupCount)
  }

  private func geometry(from input: ActivationShape, to output: ActivationShape) -> WindowGeometry {
    WindowGeometry(from: input, to: output, kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }
}
