/// The information bottleneck added to empirical risk minimisation: the features' variance is kept small.
///
/// Formula: objective = the mean over domains of R_d + w x mean over features of their variance in the domain (over
/// n - 1), where the weight w is 0 for the first `anneal-steps` steps and `lambda` from then on.
/// DType: means in f64. Determinism: one thread, fixed order.
/// Source: K. Ahuja et al., "Invariance principle meets information bottleneck for out-of-distribution generalization",
/// NeurIPS 2021, equation 6; `IB_ERM` of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct IBERM: Algorithm {
  package static let name = "ib-erm"
  package static let defaults: NamedSettings = ["lambda": 100, "anneal-steps": 500]
  package static let minimumBatchSize = 2
  package static let usesFeatures = true

  private let annealing: Annealing

  package init(settings: NamedSettings) { annealing = Annealing(settings, before: 0) }

  package func resetsOptimizer(step: Int) -> Bool { annealing.resetsOptimizer(step: step) }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    let risk = batch.meanRisk()
    let weight = annealing.weight(step: step) / Double(batch.minibatches.count)
    guard weight != 0 else { return risk }
    let penalty = batch.minibatches.reduce(0) { $0 + addVariance(of: batch, $1, weight: weight) }
    return risk + weight * penalty
  }

  /// The mean variance of the features in one minibatch; leaves `weight` x its gradient.
  private func addVariance(of batch: AlgorithmBatch, _ rows: Range<Int>, weight: Double) -> Double {
    let count = batch.featureCount
    let scale = Float(2 * weight / (Double(rows.count - 1) * Double(count)))
    var sum = 0.0
    for column in 0..<count {
      let mean = rows.reduce(0.0) { $0 + Double(batch.features.start[$1 * count + column]) } / Double(rows.count)
      for row in rows {
        let difference = Double(batch.features.start[row * count + column]) - mean
        sum += difference * difference
        batch.featureGradient.start[row * count + column] += scale * Float(difference)
      }
    }
    return sum / (Double(rows.count - 1) * Double(count))
  }
}
