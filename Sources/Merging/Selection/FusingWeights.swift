import Glibc
import Tensors

/// Random weights to interpolate the starts of a fine-tuning with: λᵢ = e^(range·uᵢ) / Σⱼ e^(range·uⱼ), uᵢ uniform in [0, 1).
///
/// Fusing averages auxiliary models first and trains the average, instead of training each and averaging after. Different
/// seeds give different starts.
///
/// - Determinism: uᵢ is number i of stream "fusing" of the seed; see `CounterRandom`.
/// - Source: Choshen et al., "Fusing finetuned models for better pretraining", 2022, arXiv 2204.03044; the random weights
///   are those of Model Ratatouille's experiments, with range 4.
package enum FusingWeights {
  /// - Returns: `count` positive weights that add up to 1, but for rounding.
  package static func weights(count: Int, range: Double = 4, seed: UInt64) -> [Double] {
    let random = CounterRandom(seed: seed, stream: "fusing")
    let powers = (0..<max(0, count)).map { exp(range * random.uniform(at: UInt64($0))) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }
}
