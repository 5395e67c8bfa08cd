import Glibc

/// Student's t distribution.
package enum StudentDistribution {
  /// P(|T| >= |t|) with ν degrees of freedom: I_x(ν/2, 1/2) at x = ν / (ν + t²), I the regularised incomplete beta function.
  ///
  /// - Ranges: `freedom > 0`; 1 for t = 0, 0 for an infinite t. NaN gives NaN.
  /// - Source: M. Abramowitz, I. Stegun, "Handbook of mathematical functions", 26.7.1 with 26.5.8 for the continued fraction,
  ///   evaluated as by Lentz.
  /// - Checked by: PairedComparisonTests, against scipy.stats.t.
  package static func twoSidedP(_ t: Double, freedom: Double) -> Double {
    guard !t.isNaN, freedom > 0 else { return .nan }
    guard t.isFinite else { return 0 }
    let square = t * t
    return incompleteBeta(freedom / (freedom + square), complement: square / (freedom + square), freedom / 2, 0.5)
  }

  /// I_x(a, b), with 1 - x given besides so that no digits are lost.
  private static func incompleteBeta(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard complement > 0 else { return 1 }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(complement))
    // The fraction converges fast below the mean; above, the symmetry is used.
    return x < (a + 1) / (a + b + 2)
      ? front * continuedFraction(x, a, b) / a : 1 - front * continuedFraction(complement, b, a) / b
  }

  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func nonZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1...10_000 {
      let count = Double(m)
      for coefficient in [
        count * (b - count) * x / ((a + 2 * count - 1) * (a + 2 * count)),
        -(a + count) * (a + b + count) * x / ((a + 2 * count) * (a + 2 * count + 1)),
      ] {
        d = 1 / nonZero(1 + coefficient * d)
        c = nonZero(1 + coefficient / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-16 { break }
    }
    return result
  }
}
