import Tensors

/// A network's loss and accuracy on the straight line between two sets of weights: θ(λ) = (1 - λ) a + λ b.
///
/// - Source: J. Frankle et al., "Linear mode connectivity and the lottery ticket hypothesis", ICML 2020 (barrier); A. Ramé et al.,
///   "Model Ratatouille", ICML 2023 (linear mode connectivity of accuracies).
/// - Checked by: LinearPathTests.
package struct LinearPath: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package let lambda: Double
    package let loss: Double
    package let accuracy: Double

    package init(lambda: Double, loss: Double, accuracy: Double) {
      self.lambda = lambda
      self.loss = loss
      self.accuracy = accuracy
    }
  }

  /// Both ends among them, λ ascending.
  package let points: [Point]

  package init(points: [Point]) {
    self.points = points
  }

  /// max over λ of L(θ(λ)) - (L(a) + L(b)) / 2; not below 0, if the ends' losses are equal. nil without points.
  package var barrier: Double? {
    guard let first = points.first, let last = points.last, let highest = points.map(\.loss).max() else { return nil }
    return highest - (first.loss + last.loss) / 2
  }

  /// The straight line between the ends, at the same λ.
  package var chord: [Point] {
    guard let first = points.first, let last = points.last else { return [] }
    return points.map { point in
      Point(
        lambda: point.lambda, loss: (1 - point.lambda) * first.loss + point.lambda * last.loss,
        accuracy: (1 - point.lambda) * first.accuracy + point.lambda * last.accuracy)
    }
  }

  /// max over λ of L(θ(λ)) - ((1 - λ) L(a) + λ L(b)): how far the loss rises above its chord.
  package var barrierAboveChord: Double? { zip(points, chord).map { $0.loss - $1.loss }.max() }

  /// min over λ of acc(θ(λ)) - ((1 - λ) acc(a) + λ acc(b)): the models are linearly connected if it is not below 0.
  package var connectivityGap: Double? { zip(points, chord).map { $0.accuracy - $1.accuracy }.min() }

  /// acc(θ(1/2)) - (acc(a) + acc(b)) / 2; nil unless λ = 1/2 is among the points.
  package var midpointGain: Double? {
    guard let first = points.first, let last = points.last, let middle = points.first(where: { $0.lambda == 0.5 })
    else {
      return nil
    }
    return middle.accuracy - (first.accuracy + last.accuracy) / 2
  }

  /// λ from 0 to 1 in equal steps.
  ///
  /// - Precondition: at least two.
  package static func lambdas(count: Int) -> [Double] {
    precondition(count > 1, "a line has two ends")
    return (0..<count).map { Double($0) / Double(count - 1) }
  }

  /// The weights at λ: floats in F64, rounded to F32 once; counters are those of `a`. The ends are exact.
  ///
  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape` unless both have the same tensors.
  package static func weights(_ a: StateDict, _ b: StateDict, at lambda: Double) throws -> StateDict {
    // Infinite weights times 0 are no numbers.
    if lambda == 0 || lambda == 1 {
      try a.checkSameTensors(as: b)
      var end = lambda == 0 ? a : b
      for entry in a.entries where entry.integers != nil {
        try end.set(entry.name, shape: entry.shape, elements: entry.elements)
      }
      return end
    }
    return try StateDict.combination([(a, 1 - lambda), (b, lambda)])
  }
}
