import Glibc
import Tensors

/// The symmetric beta distribution Beta(a, a) on [0, 1].
///
/// Formula: with X and Y of Gamma(a), X / (X + Y), taken in logarithms so that a small `a` cannot give 0 / 0. Gamma(a)
/// is Gamma(a + 1) U^(1/a).
/// Determinism: a function of the generator alone; the last bit depends on the C library's functions.
/// Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000.
/// Checked by: BetaDistributionTests, against the distribution's moments.
package struct BetaDistribution: Sendable {
  private let parameter: Double

  /// - Parameter parameter: a, above 0; from 1e-3 on the draws are those of the distribution.
  package init(_ parameter: Double) {
    self.parameter = max(parameter, 1e-3)
  }

  package func draw(_ random: CounterRandom) -> Double {
    var index: UInt64 = 0
    let first = logGamma(random, &index)
    let second = logGamma(random, &index)
    return 1 / (1 + exp(second - first))
  }

  /// The logarithm of a draw of Gamma(a).
  private func logGamma(_ random: CounterRandom, _ index: inout UInt64) -> Double {
    // 1 - U is never 0.
    let boost = log(1 - random.uniform(at: next(&index))) / parameter
    let d = parameter + 1 - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      // `normal(at: i)` takes the uniforms at 2i and 2i + 1.
      index += index % 2
      let normal = random.normal(at: index / 2)
      index += 2
      let uniform = 1 - random.uniform(at: next(&index))
      let root = 1 + c * normal
      guard root > 0 else { continue }
      let cube = root * root * root
      if log(uniform) < normal * normal / 2 + d * (1 - cube + log(cube)) { return log(d * cube) + boost }
    }
  }

  private func next(_ index: inout UInt64) -> UInt64 {
    defer { index += 1 }
    return index
  }
}
