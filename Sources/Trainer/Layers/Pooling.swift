/// The constructor arguments that pooling layers share.
struct Pooling: Sendable, Equatable {
  let kernel: Pair
  let stride: Pair
  let padding: Pair

  init(kernel: Pair, stride: Pair? = nil, padding: Pair = Pair(0)) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  init(arguments: inout LayerArguments) throws {
    kernel = try arguments.pair("kernel_size", in: 1...LayerLimits.kernelSize)
    stride = try arguments.pair("stride", in: 1...LayerLimits.kernelSize, default: kernel)
    padding = try arguments.pair("padding", in: 0...LayerLimits.kernelSize, default: Pair(0))
    guard 2 * padding.height <= kernel.height, 2 * padding.width <= kernel.width else {
      throw arguments.refusal("padding is more than half of kernel_size")
    }
  }

  var arguments: [LayerArgument] {
    LayerArgument.pair("kernel_size", kernel) + LayerArgument.pair("stride", stride, default: kernel)
      + LayerArgument.pair("padding", padding, default: Pair(0))
  }

  func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, let height, let width) = input else { throw .imageExpected(input) }
    let size = try WindowGeometry.outputSize(Pair(height, width), kernel: kernel, stride: stride, padding: padding)
    return .image(channels: channels, height: size.height, width: size.width)
  }

  func geometry(from input: ActivationShape, to output: ActivationShape) -> WindowGeometry {
    WindowGeometry(from: input, to: output, kernel: kernel, stride: stride, padding: padding)
  }
}
