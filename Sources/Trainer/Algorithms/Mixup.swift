import Tensors

/// Inter-domain mixup: minibatches of different domains are mixed, inputs and targets alike.
///
/// Formula: the domains are put in a random order, and each is mixed with the next (the last with the first) by a share
/// drawn from Beta(alpha, alpha); the objective is the mean of the mixtures' risks.
/// Determinism: order and shares of step s are functions of (seed, s).
/// Source: S. Yan et al., "Improve unsupervised domain adaptation with mixup training", 2020, arXiv:2001.00677; M. Xu et
/// al., "Adversarial domain adaptation with domain mixup", AAAI 2020; `Mixup` of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct Mixup: Algorithm {
  package static let name = "mixup"
  package static let defaults: NamedSettings = ["alpha": 0.2]

  private let alpha: Double

  package init(settings: NamedSettings) { alpha = settings["alpha"] }

  package func mixtures(minibatchCount: Int, seed: UInt64, step: Int) -> [Mixture]? {
    let order = CounterRandom(seed: seed, stream: "mixup/order/\(step)").permutation(count: minibatchCount)
    return order.indices.map { index in
      let random = CounterRandom(seed: seed, stream: "mixup/share/\(step)/\(index)")
      return Mixture(
        first: order[index], second: order[(index + 1) % order.count], share: BetaDistribution(alpha).draw(random))
    }
  }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double { batch.meanRisk() }
}
