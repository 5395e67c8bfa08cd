/// The confidence interval of a proportion.
package enum WilsonInterval {
  /// (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = successes / n and z the quantile of (1 + level) / 2.
  ///
  /// - Ranges: `0 <= successes <= count`, level in (0, 1). Of no trials nothing is known: 0...1.
  /// - Source: E. B. Wilson, "Probable inference", JASA 22 (1927), 209-212.
  /// - Checked by: StatisticsTests, against statsmodels' proportion_confint(method="wilson").
  package static func interval(successes: Int, count: Int, level: Double) -> ConfidenceInterval {
    guard count > 0 else { return ConfidenceInterval(lower: 0, upper: 1) }
    let n = Double(count)
    let p = Double(successes) / n
    let z = NormalDistribution.quantile((1 + level) / 2)
    let scale = 1 + z * z / n
    let center = (p + z * z / (2 * n)) / scale
    let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
    // At the ends the bound is exact; rounding must not exclude the observed proportion.
    return ConfidenceInterval(
      lower: successes == 0 ? 0 : max(0, center - reach), upper: successes == count ? 1 : min(1, center + reach))
  }
}
