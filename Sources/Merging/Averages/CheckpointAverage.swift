/// Ways to weigh the checkpoints of one training run, oldest first.
///
/// The weights go into `Weighted`, which sums in F64 and rounds once: nothing is accumulated in the storage type.
package enum CheckpointAverage: Hashable, Sendable {
  /// Stochastic weight averaging: all the same.
  case uniform
  /// The latest `count` the same, the others not at all.
  case latest(Int)
  /// e₀ = θ₀, eₜ = β eₜ₋₁ + (1 − β) θₜ; debiased: from zero instead of θ₀, divided by 1 − βⁿ for n checkpoints.
  case exponential(decay: Double, isDebiased: Bool)
  /// 1 for the oldest, 2 for the next, n for the newest.
  case linear

  /// The weights of `count` checkpoints; they add up to 1, but for rounding.
  ///
  /// - Throws: `noIngredients` without checkpoints; `badParameter` for a decay outside [0, 1) or fewer than one latest.
  package func weights(count: Int) throws(MergeError) -> [Double] {
    guard count > 0 else { throw MergeError(.noIngredients, "there are no checkpoints to average") }
    switch self {
    case .uniform: return [Double](repeating: 1 / Double(count), count: count)
    case .latest(let latest):
      guard latest >= 1 else { throw MergeError(.badParameter, "the latest \(latest) checkpoints are none") }
      let used = min(latest, count)
      return (0..<count).map { $0 < count - used ? 0 : 1 / Double(used) }
    case .exponential(let decay, let isDebiased):
      return try CheckpointAverage.exponential(count, decay: decay, isDebiased: isDebiased)
    case .linear:
      let total = Double(count) * Double(count + 1) / 2
      return (0..<count).map { Double($0 + 1) / total }
    }
  }

  private static func exponential(
    _ count: Int, decay: Double, isDebiased: Bool
  ) throws(MergeError) -> [Double] {
    guard decay >= 0, decay < 1 else {
      throw MergeError(.badParameter, "the decay is a number from 0 to below 1, not \(decay)")
    }
    var weights = [Double](repeating: 0, count: count)
    var power = 1.0
    for index in stride(from: count - 1, through: 0, by: -1) {
      weights[index] = (1 - decay) * power
      if index > 0 || isDebiased { power *= decay }
    }
    // What is left of βⁿ⁻¹ belongs to the first; debiased, the sum 1 − βⁿ is divided by.
    if isDebiased { return weights.map { $0 / (1 - power) } }
    weights[0] = power
    return weights
  }

  /// Where it comes from.
  package var paper: Paper {
    switch self {
    case .uniform:
      Paper(
        title: "Averaging Weights Leads to Wider Optima and Better Generalization", authors: "Izmailov et al.",
        venue: "UAI 2018", arXiv: "1803.05407")
    case .latest, .linear:
      Paper(
        title: "Stop Wasting My Time! Saving Days of ImageNet and BERT Training with Latest Weight Averaging",
        authors: "Kaddour", venue: "2022", arXiv: "2209.14981")
    case .exponential:
      Paper(
        title: "Acceleration of Stochastic Approximation by Averaging", authors: "Polyak and Juditsky",
        venue: "SIAM Journal on Control and Optimization 1992", address: "https://doi.org/10.1137/0330046")
    }
  }
}
