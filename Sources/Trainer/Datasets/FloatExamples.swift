/// Examples whose inputs are floats: features cached for a linear probe, or values that never were bytes.
package struct FloatExamples: ExampleSource {
  package let inputShape: ActivationShape
  package let labels: [Int32]
  package let domains: [Int32]
  /// [count, inputShape], in memory order.
  private let values: FloatBuffer

  init(inputShape: ActivationShape, labels: [Int32], domains: [Int32], values: FloatBuffer) {
    self.inputShape = inputShape
    self.labels = labels
    self.domains = domains
    self.values = values
  }

  /// - Parameters:
  ///   - domains: of each row; all 0 unless given.
  ///   - values: [labels.count, inputShape] in PyTorch's order; images are channels, height, width.
  /// - Throws: `TrainerError` with code `shapeMismatch` for another number of values.
  package init(inputShape: ActivationShape, labels: [Int32], domains: [Int32]? = nil, values: [Float]) throws {
    let domains = domains ?? Array(repeating: 0, count: labels.count)
    guard domains.count == labels.count else {
      throw TrainerError(.shapeMismatch, "\(domains.count) domains are not those of \(labels.count) rows")
    }
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
    self.init(inputShape: inputShape, labels: labels, domains: domains, values: buffer)
  }

  package func copyInput(row: Int, augmentation: Augmentation?, into target: UnsafeMutablePointer<Float>) {
    let count = inputShape.elementCount
    target.update(from: values.start + row * count, count: count)
  }
}
