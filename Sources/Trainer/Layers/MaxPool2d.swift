/// The largest value of each square window and channel: y[c, p] = max over the window of x[c, ·].
///
/// Shapes: x [N, C, H, W], y [N, C, (H + 2 padding - kernel_size) / stride + 1, likewise for W]; `stride` is
/// `kernel_size` unless given, `padding` at most half of it and never the maximum.
/// Gradient: dy goes to the first position, in row order, that held the maximum.
/// NaN: wins, as in PyTorch.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.MaxPool2d.
package struct MaxPool2d: Layer {
  package static let typeName = "MaxPool2d"

  let kernelSize: Int
  let stride: Int
  let padding: Int

  package init(kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
    self.kernelSize = kernelSize
    self.stride = stride ?? kernelSize
    self.padding = padding
  }

  package init(arguments: inout LayerArguments) throws {
    kernelSize = try arguments.positiveInteger("kernel_size")
    stride = try arguments.positiveInteger("stride", default: kernelSize)
    padding = try arguments.naturalNumber("padding", default: 0)
    guard 2 * padding <= kernelSize else {
      throw arguments.refusal("padding \(padding) is more than half of kernel_size \(kernelSize)")
    }
  }

  package var arguments: [LayerArgument] {
    var list: [LayerArgument] = [.integer("kernel_size", kernelSize)]
    if stride != kernelSize { list.append(.integer("stride", stride)) }
    if padding != 0 { list.append(.integer("padding", padding)) }
    return list
  }

  package var needsInputForBackward: Bool { false }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, let height, let width) = input else { throw .imageExpected(input) }
    guard min(height, width) + 2 * padding >= kernelSize else {
      throw ShapeRefusal(reason: "a kernel of \(kernelSize) is larger than the padded image")
    }
    return .image(
      channels: channels, height: (height + 2 * padding - kernelSize) / stride + 1,
      width: (width + 2 * padding - kernelSize) / stride + 1)
  }

  /// One 32-bit position for each output.
  package func savedCount(for input: ActivationShape) -> Int {
    (try? outputShape(for: input))?.elementCount ?? 0
  }

  package func forward(_ pass: ForwardPass) {
    let geometry = WindowGeometry(
      from: pass.inputShape, to: pass.outputShape, kernelSize: kernelSize, stride: stride, padding: padding)
    let outputCount = pass.outputShape.elementCount
    for sample in 0..<pass.sampleCount {
      let image = pass.input + sample * geometry.inputCount
      let output = pass.output + sample * outputCount
      let winners = pass.saved + sample * outputCount
      output.update(repeating: -.infinity, count: outputCount)
      winners.update(repeating: 0, count: outputCount)
      geometry.forEachRun { source, window, count in
        // A run covers whole pixels of one window; every pixel's channels compete for the window's outputs.
        let position = window / geometry.windowCount * geometry.channels
        for pixel in Swift.stride(from: source, to: source + count, by: geometry.channels) {
          for channel in 0..<geometry.channels {
            let value = image[pixel + channel]
            guard value > output[position + channel] || value.isNaN else { continue }
            output[position + channel] = value
            winners[position + channel] = Float(bitPattern: UInt32(pixel + channel))
          }
        }
      }
    }
  }

  package func backward(_ pass: BackwardPass) {
    guard let inputGradient = pass.inputGradient else { return }
    let inputCount = pass.inputShape.elementCount
    let outputCount = pass.outputShape.elementCount
    inputGradient.update(repeating: 0, count: pass.sampleCount * inputCount)
    for sample in 0..<pass.sampleCount {
      for index in sample * outputCount..<(sample + 1) * outputCount {
        let winner = Int(pass.saved[index].bitPattern)
        inputGradient[sample * inputCount + winner] += pass.outputGradient[index]
      }
    }
  }
}
