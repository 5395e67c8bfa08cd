/// Risk extrapolation: the variance of the domains' risks is penalised.
///
/// Formula: with the mean risk R̄ over D domains, objective = R̄ + w x mean((R_d - R̄)²), where the weight w is 1 for the
/// first `anneal-steps` steps and `lambda` from then on.
/// Gradient by R_d: (1 + 2 w (R_d - R̄)) / D.
/// Source: D. Krueger et al., "Out-of-distribution generalization via risk extrapolation (REx)", ICML 2021, equation 8;
/// `VREx` of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct VREx: Algorithm {
  package static let name = "vrex"
  package static let defaults: NamedSettings = ["lambda": 10, "anneal-steps": 500]

  private let annealing: Annealing

  package init(settings: NamedSettings) { annealing = Annealing(settings, before: 1) }

  package func resetsOptimizer(step: Int) -> Bool { annealing.resetsOptimizer(step: step) }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    let count = Double(batch.risks.count)
    let weight = annealing.weight(step: step)
    let mean = batch.risks.reduce(0, +) / count
    let variance = batch.risks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    for (index, risk) in batch.risks.enumerated() {
      batch.multiplyRiskGradient(of: index, by: (1 + 2 * weight * (risk - mean)) / count)
    }
    return mean + weight * variance
  }
}
