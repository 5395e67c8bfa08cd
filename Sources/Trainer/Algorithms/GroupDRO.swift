import Glibc

/// Group distributionally robust optimisation: domains count for more the higher their risk has been.
///
/// Formula: q_d <- q_d exp(eta R_d), then q <- q / the sum of q; objective = the sum of q_d R_d, where q is held fixed.
/// q starts at 1 for every domain and is kept from step to step.
/// Source: S. Sagawa et al., "Distributionally robust neural networks for group shifts", ICLR 2020, algorithm 1;
/// `GroupDRO` of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct GroupDRO: Algorithm {
  package static let name = "groupdro"
  package static let defaults: NamedSettings = ["eta": 1e-2]

  /// The domains' weights; empty before the first step.
  package var state: [Double] = []
  private let eta: Double

  package init(settings: NamedSettings) { eta = settings["eta"] }

  package mutating func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    if state.isEmpty { state = Array(repeating: 1, count: batch.risks.count) }
    state = zip(state, batch.risks).map { $0 * exp(eta * $1) }
    let total = state.reduce(0, +)
    state = state.map { $0 / total }
    for (index, weight) in state.enumerated() { batch.multiplyRiskGradient(of: index, by: weight) }
    return zip(state, batch.risks).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
