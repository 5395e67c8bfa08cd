/// Labelled examples a network can be run on, by row number.
package protocol ExampleSource: Sendable {
  var inputShape: ActivationShape { get }
  var labels: [Int32] { get }

  /// Writes one row in the memory order of `inputShape`.
  func copyInput(row: Int, into target: UnsafeMutablePointer<Float>)
}

extension ExampleSource {
  package var count: Int { labels.count }
}

/// Examples whose inputs are floats: features cached for a linear probe, or values that never were bytes.
package struct FloatExamples: ExampleSource {
  package let inputShape: ActivationShape
  package let labels: [Int32]
  /// [count, inputShape], in memory order.
  private let values: FloatBuffer

  init(inputShape: ActivationShape, labels: [Int32], values: FloatBuffer) {
    self.inputShape = inputShape
    self.labels = labels
    self.values = values
  }

  /// - Parameter values: [labels.count, inputShape] in PyTorch's order; images are channels, height, width.
  /// - Throws: `TrainerError` with code `shapeMismatch` for another number of values.
  package init(inputShape: ActivationShape, labels: [Int32], values: [Float]) throws {
    let count = inputShape.elementCount
    guard values.count == labels.count * count else {
      throw TrainerError(
        .shapeMismatch, "\(values.count) values are not \(labels.count) inputs of shape \(inputShape)")
    }
    let buffer = FloatBuffer(count: values.count)
    let dimensions = inputShape.dimensions
    let channelCount = dimensions.count == 3 ? dimensions[0] : 1
    let positionCount = count / max(1, channelCount)
    for index in values.indices {
      let (row, place) = index.quotientAndRemainder(dividingBy: count)
      let (channel, position) = place.quotientAndRemainder(dividingBy: positionCount)
      buffer.start[row * count + position * channelCount + channel] = values[index]
    }
    self.init(inputShape: inputShape, labels: labels, values: buffer)
  }

  package func copyInput(row: Int, into target: UnsafeMutablePointer<Float>) {
    let count = inputShape.elementCount
    target.update(from: values.start + row * count, count: count)
  }
}

/// Images as bytes, in memory [count, height, width, channels]; as inputs they are scaled to [0, 1].
package struct ExampleSet: ExampleSource {
  package let inputShape: ActivationShape
  package let labels: [Int32]
  /// The domain of each row, an index into `domainNames`.
  package let domains: [Int32]
  package let domainNames: [String]
  package let pixels: [UInt8]

  /// value / 255 in f32 for every byte: torchvision's ToTensor.
  private static let scaled: [Float] = (0...255).map { Float($0) / 255 }

  package func copyInput(row: Int, into target: UnsafeMutablePointer<Float>) {
    let count = inputShape.elementCount
    pixels.withUnsafeBufferPointer { pixels in
      Self.scaled.withUnsafeBufferPointer { scaled in
        for index in 0..<count { target[index] = scaled[Int(pixels[row * count + index])] }
      }
    }
  }
}
