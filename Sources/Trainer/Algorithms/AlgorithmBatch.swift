/// The outputs of a network for a step's minibatches, and the gradients an algorithm makes of them.
///
/// `@unchecked Sendable`: used by one thread at a time.
package final class AlgorithmBatch: @unchecked Sendable {
  package let classCount: Int
  package let featureCount: Int
  /// The rows of each minibatch, one after the other.
  package let minibatches: [Range<Int>]
  let blas: BLAS
  /// [rows, classCount].
  let logits: FloatBuffer
  let targets: FloatBuffer
  /// The head's inputs, [rows, featureCount].
  let features: FloatBuffer
  /// The objective's gradients, of the shapes of `logits` and `features`.
  let logitGradient: FloatBuffer
  let featureGradient: FloatBuffer

  /// The mean loss of each minibatch, and the sum of its rows' shares in a mean over all.
  package private(set) var risks: [Double] = []
  private(set) var shares: [Double] = []

  var rowCount: Int { minibatches.last?.upperBound ?? 0 }

  init(minibatchSizes: [Int], classCount: Int, featureCount: Int, blas: BLAS) {
    var (ranges, first): ([Range<Int>], Int) = ([], 0)
    for size in minibatchSizes {
      ranges.append(first..<first + size)
      first += size
    }
    minibatches = ranges
    self.classCount = classCount
    self.featureCount = featureCount
    self.blas = blas
    logits = FloatBuffer(count: first * classCount)
    targets = FloatBuffer(count: first * classCount)
    features = FloatBuffer(count: first * featureCount)
    logitGradient = FloatBuffer(count: first * classCount)
    featureGradient = FloatBuffer(count: first * featureCount)
  }

  /// Computes `risks` from logits and targets, leaves their gradients in `logitGradient`, and 0 in `featureGradient`.
  func evaluate(_ loss: any Loss) {
    let losses = loss.evaluate(
      LossInput(logits: logits.start, targets: targets.start, sampleCount: rowCount, classCount: classCount),
      gradient: logitGradient.start)
    featureGradient.elements.update(repeating: 0)
    shares = minibatches.map { losses[$0].reduce(0) { $0 + $1.share } }
    risks = zip(minibatches, shares).map { rows, share in losses[rows].reduce(0) { $0 + $1.value } / share }
    for (index, share) in shares.enumerated() { multiplyRiskGradient(of: index, by: 1 / share) }
  }

  /// Multiplies what `logitGradient` holds for a minibatch.
  func multiplyRiskGradient(of minibatch: Int, by factor: Double) {
    let rows = minibatches[minibatch]
    for index in rows.lowerBound * classCount..<rows.upperBound * classCount {
      logitGradient.start[index] *= Float(factor)
    }
  }

  /// The mean of the risks; leaves its gradient.
  func meanRisk() -> Double {
    let count = Double(max(1, risks.count))
    for index in risks.indices { multiplyRiskGradient(of: index, by: 1 / count) }
    return risks.reduce(0, +) / count
  }

  /// The mean loss over the rows of all minibatches; leaves its gradient.
  func pooledRisk() -> Double {
    let total = shares.reduce(0, +)
    for (index, share) in shares.enumerated() { multiplyRiskGradient(of: index, by: share / total) }
    return zip(risks, shares).reduce(0) { $0 + $1.0 * $1.1 } / total
  }
}

extension AlgorithmBatch {
  /// A batch with the given outputs. Shapes: logits and targets [rows, classCount], features [rows, featureCount].
  ///
  /// - Throws: `TrainerError` with code `shapeMismatch`, or `blasUnavailable`.
  package convenience init(
    logits: [Float], targets: [Float], features: [Float], minibatchSizes: [Int]
  ) throws {
    let rowCount = minibatchSizes.reduce(0, +)
    guard rowCount > 0, logits.count == targets.count, logits.count.isMultiple(of: rowCount),
      features.count.isMultiple(of: rowCount)
    else {
      throw TrainerError(
        .shapeMismatch, "\(logits.count) logits and \(features.count) features are not those of \(rowCount) rows")
    }
    self.init(
      minibatchSizes: minibatchSizes, classCount: logits.count / rowCount, featureCount: features.count / rowCount,
      blas: try BLAS.load())
    self.logits.copy(logits)
    self.targets.copy(targets)
    self.features.copy(features)
  }

  /// The objective and its gradients by logits and features, of step `step`.
  package func run(
    _ algorithm: inout some Algorithm, loss: any Loss, step: Int
  ) -> (objective: Double, logitGradient: [Float], featureGradient: [Float]) {
    evaluate(loss)
    let objective = algorithm.objective(self, step: step)
    return (objective, logitGradient.values, featureGradient.values)
  }
}
