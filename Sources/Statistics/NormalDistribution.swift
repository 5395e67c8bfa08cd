import Glibc

/// The standard normal distribution.
package enum NormalDistribution {
  /// Φ(x) = erfc(-x / √2) / 2.
  ///
  /// - Checked by: StatisticsTests, against scipy.stats.norm.
  package static func cumulative(_ x: Double) -> Double {
    0.5 * erfc(-x * 0.5.squareRoot())
  }

  /// The x with Φ(x) = p, by halving [-40, 40] until its ends are neighbours.
  ///
  /// - Ranges: p in (0, 1); -∞ at 0 and below, ∞ at 1 and above. NaN gives NaN.
  /// - Cost: about 100 evaluations of erfc.
  package static func quantile(_ p: Double) -> Double {
    guard !p.isNaN else { return .nan }
    guard p > 0 else { return -.infinity }
    guard p < 1 else { return .infinity }
    // The upper tail has no digits left near 1.
    if p > 0.5 { return -quantile(1 - p) }
    var (low, high) = (-40.0, 0.0)
    while true {
      let middle = low + (high - low) / 2
      guard low < middle, middle < high else { return high }
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
  }
}
