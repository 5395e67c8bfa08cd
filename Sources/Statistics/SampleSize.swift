/// How many examples a decision takes, if what was measured is how things are. All round up; nil if no number would do,
/// because nothing differs.
///
/// With z(q) the normal quantile, α the level of significance (two-sided) and 1 - β the power.
/// - Checked by: StatisticsTests, against the formulas with scipy's quantiles, and statsmodels where it has them.
package enum SampleSize {
  /// What decides four times out of five.
  package static let power = 0.8

  /// McNemar's test: (z(1-α/2) √s + z(1-β) √(s - d²))² / d², s the share of examples that exactly one model gets right,
  /// d the difference of the accuracies.
  ///
  /// - Source: R. J. Connor, Biometrics 43 (1987), 207-211.
  package static func mcNemar(
    onlyFirst: Int, onlySecond: Int, count: Int, significance: Double, power: Double = power
  ) -> Int? {
    let difference = Double(onlyFirst - onlySecond) / Double(count)
    let discordant = Double(onlyFirst + onlySecond) / Double(count)
    let reach =
      NormalDistribution.quantile(1 - significance / 2) * discordant.squareRoot()
      + NormalDistribution.quantile(power) * max(0, discordant - difference * difference).squareRoot()
    return rounded(reach * reach / (difference * difference))
  }

  /// A proportion against a fixed one: (z(1-α/2) √(q(1-q)) + z(1-β) √(p(1-p)))² / (p - q)².
  ///
  /// - Source: J. L. Fleiss, "Statistical methods for rates and proportions", section 2.5, without its correction.
  package static func proportion(
    _ proportion: Double, against threshold: Double, significance: Double, power: Double = power
  ) -> Int? {
    let difference = proportion - threshold
    let reach =
      NormalDistribution.quantile(1 - significance / 2) * (threshold * (1 - threshold)).squareRoot()
      + NormalDistribution.quantile(power) * (proportion * (1 - proportion)).squareRoot()
    return rounded(reach * reach / (difference * difference))
  }

  /// Any mean: n ((z(1-α/2) + z(1-β)) e / d)², e the standard error that n examples gave, d the difference.
  package static func mean(
    difference: Double, standardError: Double, count: Int, significance: Double, power: Double = power
  ) -> Int? {
    let quantiles = NormalDistribution.quantile(1 - significance / 2) + NormalDistribution.quantile(power)
    let ratio = quantiles * standardError / difference
    return rounded(Double(count) * ratio * ratio)
  }

  private static func rounded(_ count: Double) -> Int? {
    guard count.isFinite, count < 1e15 else { return nil }
    return Int(count.rounded(.up))
  }
}
