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

  /// max over λ of L(θ(λ)) - ((1 - λ) L(a) + λ L(b)): how far the loss rises above its chord.
  package var barrierAboveChord: Double? {
    guard let first = points.first, let last = points.last else { return nil }
    return points.map { $0.loss - (1 - $0.lambda) * first.loss - $0.lambda * last.loss }.max()
  }

  /// min over λ of acc(θ(λ)) - ((1 - λ) acc(a) + λ acc(b)): the models are linearly connected if it is not below 0.
  package var connectivityGap: Double? {
    guard let first = points.first, let last = points.last else { return nil }
    return points.map { $0.accuracy - (1 - $0.lambda) * first.accuracy - $0.lambda * last.accuracy }.min()
  }

  /// The weights at λ: floats in F64, rounded to F32 once; counters are those of `a`. The ends are exact.
  ///
  /// - Throws: `TrainerError` with code `missingParameter` or `wrongParameterShape` unless both have the same tensors.
  package static func weights(_ a: StateDict, _ b: StateDict, at lambda: Double) throws -> StateDict {
    var result = StateDict()
    for entry in a.entries {
      guard let other = b[entry.name] else {
        throw TrainerError(.missingParameter, "only one of the models has \(entry.name.quoted())")
      }
      guard other.shape == entry.shape else {
        throw TrainerError(
          .wrongParameterShape,
          "\(entry.name.quoted()) has shape \(entry.shape) in one model, \(other.shape) in the other")
      }
      if let integers = entry.integers {
        try result.set(entry.name, shape: entry.shape, integers: integers)
        continue
      }
      let values = zip(entry.values, other.values).map { x, y in
        lambda == 0 ? x : lambda == 1 ? y : Float((1 - lambda) * Double(x) + lambda * Double(y))
      }
      try result.set(entry.name, shape: entry.shape, values: values)
    }
    for name in b.names where a[name] == nil {
      throw TrainerError(.missingParameter, "only one of the models has \(name.quoted())")
    }
    return result
  }
}
