/// A stretch of the parameters that an optimizer treats alike. What lies in no range stays as it is.
package struct ParameterRange: Sendable, Equatable {
  package let offset: Int
  package let count: Int
  /// Times the step's learning rate.
  package let learningRateScale: Double
  package let weightDecay: Double

  package init(offset: Int, count: Int, learningRateScale: Double = 1, weightDecay: Double) {
    self.offset = offset
    self.count = count
    self.learningRateScale = learningRateScale
    self.weightDecay = weightDecay
  }

  /// The same elements as ranges of at most `limit` elements.
  func split(atMost limit: Int) -> [ParameterRange] {
    stride(from: 0, to: count, by: limit).map { first in
      ParameterRange(
        offset: offset + first, count: min(limit, count - first), learningRateScale: learningRateScale,
        weightDecay: weightDecay)
    }
  }
}
