/// A minibatch made of two: `share` x the first + (1 - share) x the second, inputs and targets alike.
package struct Mixture: Sendable, Equatable {
  /// Which minibatches.
  package let first: Int
  package let second: Int
  package let share: Double

  /// Replaces minibatches by mixtures of them. Shapes: values [mixtures.count, elementCount], overwritten.
  static func apply(_ mixtures: [Mixture], to values: UnsafeMutablePointer<Float>, elementCount: Int) {
    let original = FloatBuffer(count: mixtures.count * elementCount)
    original.start.update(from: values, count: original.count)
    for (index, mixture) in mixtures.enumerated() {
      let (share, rest) = (Float(mixture.share), Float(1 - mixture.share))
      let (first, second) = (
        original.start + mixture.first * elementCount, original.start + mixture.second * elementCount
      )
      let target = values + index * elementCount
      for element in 0..<elementCount { target[element] = share * first[element] + rest * second[element] }
    }
  }
}
