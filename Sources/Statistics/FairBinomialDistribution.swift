import Glibc

/// The binomial distribution with p = 1/2: how often n fair coins show heads.
package enum FairBinomialDistribution {
  /// P(X <= k).
  ///
  /// The largest term by Loader's expansion, which keeps 15 digits where differences of log-gammas would lose them; the
  /// others by their ratios, from the largest down until they no longer count.
  ///
  /// - Ranges: `n >= 0`; 0 for k < 0, 1 for k >= n.
  /// - Cost: about √n terms.
  /// - Source: C. Loader, "Fast and accurate computation of binomial probabilities", 2000.
  /// - Checked by: StatisticsTests, against scipy.stats.binom.
  package static func cumulative(_ k: Int, of n: Int) -> Double {
    guard k >= 0 else { return 0 }
    guard k < n else { return 1 }
    // The short tail is summed, so that no small number comes from a difference.
    guard 2 * k < n else { return 1 - cumulative(n - k - 1, of: n) }
    var sum = 1.0
    var term = 1.0
    for i in stride(from: k, to: 0, by: -1) {
      term *= Double(i) / Double(n - i + 1)
      sum += term
      if term < sum * 1e-18 { break }
    }
    return sum * probability(k, of: n)
  }

  /// P(X = k).
  static func probability(_ k: Int, of n: Int) -> Double {
    if k == 0 || k == n { return pow(0.5, Double(n)) }
    let (x, y, count) = (Double(k), Double(n - k), Double(n))
    let exponent =
      stirlingError(count) - stirlingError(x) - stirlingError(y) - deviance(x, count / 2) - deviance(y, count / 2)
    return exp(exponent) * (count / (2 * Double.pi * x * y)).squareRoot()
  }

  /// log(n!) - log(√(2πn) (n/e)ⁿ).
  private static func stirlingError(_ n: Double) -> Double {
    if n < 16 {
      return lgamma(n + 1) - ((n + 0.5) * log(n) - n + 0.5 * log(2 * Double.pi))
    }
    let square = n * n
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) / square) / n
  }

  /// x log(x / mean) + mean - x, also where x is near the mean.
  private static func deviance(_ x: Double, _ mean: Double) -> Double {
    guard abs(x - mean) < 0.1 * (x + mean) else { return x * log(x / mean) + mean - x }
    let v = (x - mean) / (x + mean)
    var sum = (x - mean) * v
    var power = 2 * x * v
    for j in 1...1000 {
      power *= v * v
      let next = sum + power / Double(2 * j + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }
}
