import CLayerKernels

/// Two numbers that PyTorch lets one stand for: of the height and of the width.
package struct Pair: Sendable, Equatable {
  package let height: Int
  package let width: Int

  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  package init(_ both: Int) { self.init(both, both) }
}

/// The windows a convolution or pooling slides over an image.
struct WindowGeometry: Sendable, Equatable {
  let channels: Int
  let input: Pair
  let output: Pair
  let kernel: Pair
  let stride: Pair
  let padding: Pair
  let dilation: Pair

  /// Shapes that are not images give no windows.
  init(
    from input: ActivationShape, to output: ActivationShape, kernel: Pair, stride: Pair, padding: Pair,
    dilation: Pair = Pair(1)
  ) {
    (channels, self.input) = Self.image(input)
    self.output = Self.image(output).size
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  private static func image(_ shape: ActivationShape) -> (channels: Int, size: Pair) {
    guard case .image(let channels, let height, let width) = shape else { return (0, Pair(0)) }
    return (channels, Pair(height, width))
  }

  var inputCount: Int { channels * input.height * input.width }

  /// As the kernels take it.
  var c: wgit_windows_t {
    wgit_windows_t(
      channels: Int32(channels), inputHeight: Int32(input.height), inputWidth: Int32(input.width),
      outputHeight: Int32(output.height), outputWidth: Int32(output.width), kernelHeight: Int32(kernel.height),
      kernelWidth: Int32(kernel.width), strideHeight: Int32(stride.height), strideWidth: Int32(stride.width),
      paddingHeight: Int32(padding.height), paddingWidth: Int32(padding.width), dilationHeight: Int32(dilation.height),
      dilationWidth: Int32(dilation.width))
  }

  /// The output's height and width, or why there is none.
  static func outputSize(
    _ input: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair = Pair(1)
  ) throws(ShapeRefusal) -> Pair {
    let reach = Pair(dilation.height * (kernel.height - 1) + 1, dilation.width * (kernel.width - 1) + 1)
    let padded = Pair(input.height + 2 * padding.height, input.width + 2 * padding.width)
    guard padded.height >= reach.height, padded.width >= reach.width else {
      let text = reach.height == reach.width ? "\(reach.height)" : "[\(reach.height), \(reach.width)]"
      throw ShapeRefusal(reason: "a kernel of \(text) is larger than the padded image")
    }
    return Pair((padded.height - reach.height) / stride.height + 1, (padded.width - reach.width) / stride.width + 1)
  }
}
