/// What pairs of values say of a difference: its mean and how sure it is.
///
/// - NaN: a difference that is none makes mean, standard error and p none.
/// - Source: Student, "The probable error of a mean", Biometrika 6 (1908): the paired t test.
/// - Checked by: PairedComparisonTests, against scipy.stats.ttest_rel, and binomtest for the signs.
package struct PairedComparison: Sendable, Equatable {
  package let count: Int
  /// 0 for no pairs.
  package let mean: Double
  /// Of the mean: the deviation of the differences, with n - 1, divided by √n; nil for fewer than two pairs.
  package let standardError: Double?
  package let positiveCount: Int
  package let negativeCount: Int

  package init(differences: [Double]) {
    count = differences.count
    let summary = SampleMean(differences)
    (mean, standardError) = (summary.mean, summary.standardError)
    positiveCount = differences.count { $0 > 0 }
    negativeCount = differences.count { $0 < 0 }
  }

  /// The two-sided p of the paired t test; nil for fewer than two pairs. Equal differences other than 0 give 0, all 0 gives 1.
  package var p: Double? {
    guard let standardError else { return nil }
    if standardError == 0 { return mean == 0 ? 1 : 0 }
    return StudentDistribution.twoSidedP(mean / standardError, freedom: Double(count - 1))
  }

  /// The two-sided p of the sign test: ties say nothing.
  package var signP: Double {
    McNemarTest(onlyFirst: positiveCount, onlySecond: negativeCount).p
  }
}

/// The mean of a sample and its standard error.
package struct SampleMean: Sendable, Equatable {
  package let count: Int
  /// 0 for no values.
  package let mean: Double
  /// √(Σ (x - mean)² / (n - 1) / n); nil for fewer than two values.
  package let standardError: Double?

  package init(_ values: [Double]) {
    count = values.count
    let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else {
      standardError = nil
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }
}
