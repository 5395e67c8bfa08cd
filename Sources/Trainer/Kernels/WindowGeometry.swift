/// The sliding windows of a two-dimensional convolution or pooling over one image.
struct WindowGeometry: Sendable, Equatable {
  let channels: Int
  let inputHeight: Int
  let inputWidth: Int
  let outputHeight: Int
  let outputWidth: Int
  let kernelSize: Int
  let stride: Int
  let padding: Int

  /// Elements of one window: kernel height x kernel width x channels.
  var windowCount: Int { kernelSize * kernelSize * channels }
  var positionCount: Int { outputHeight * outputWidth }
  var inputCount: Int { inputHeight * inputWidth * channels }

  /// Calls `body` for each row of each window that lies at least partly inside the image, with the offset of the first
  /// inside element in the image, its offset in the columns, and the number of floats inside.
  @inline(__always)
  func forEachRun(_ body: (_ image: Int, _ column: Int, _ count: Int) -> Void) {
    let rowLength = kernelSize * channels
    for outputY in 0..<outputHeight {
      for outputX in 0..<outputWidth {
        let window = (outputY * outputWidth + outputX) * windowCount
        let left = outputX * stride - padding
        let firstX = max(0, -left)
        let lastX = min(kernelSize, inputWidth - left)
        guard firstX < lastX else { continue }
        for kernelY in 0..<kernelSize {
          let inputY = outputY * stride - padding + kernelY
          guard inputY >= 0, inputY < inputHeight else { continue }
          body(
            (inputY * inputWidth + left + firstX) * channels, window + kernelY * rowLength + firstX * channels,
            (lastX - firstX) * channels)
        }
      }
    }
  }
}

extension WindowGeometry {
  /// The windows a layer slides from one image shape to another; shapes that are not images give none.
  init(from input: ActivationShape, to output: ActivationShape, kernelSize: Int, stride: Int, padding: Int) {
    let (inputDimensions, outputDimensions) = (input.dimensions, output.dimensions)
    let areImages = inputDimensions.count == 3 && outputDimensions.count == 3
    self.init(
      channels: areImages ? inputDimensions[0] : 0, inputHeight: areImages ? inputDimensions[1] : 0,
      inputWidth: areImages ? inputDimensions[2] : 0, outputHeight: areImages ? outputDimensions[1] : 0,
      outputWidth: areImages ? outputDimensions[2] : 0, kernelSize: kernelSize, stride: stride, padding: padding)
  }
}
