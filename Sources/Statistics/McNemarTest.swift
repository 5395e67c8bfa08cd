/// McNemar's exact test: do two models that saw the same examples get equally many right?
package struct McNemarTest: Sendable, Equatable {
  /// Examples that only the first model gets right, and only the second.
  package let onlyFirst: Int
  package let onlySecond: Int

  package init(onlyFirst: Int, onlySecond: Int) {
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
  }

  /// - Precondition: as many of each.
  package init(first: [Bool], second: [Bool]) {
    precondition(first.count == second.count, "a paired test needs pairs")
    var (a, b) = (0, 0)
    for (x, y) in zip(first, second) where x != y {
      if x { a += 1 } else { b += 1 }
    }
    self.init(onlyFirst: a, onlySecond: b)
  }

  /// The two-sided p: min(1, 2 P(X <= min(b, c))), X of b + c fair coins. 1 if no example tells the models apart.
  ///
  /// - Source: Q. McNemar, Psychometrika 12 (1947), 153-157, in the exact form.
  /// - Checked by: StatisticsTests, against statsmodels' mcnemar(exact=True).
  package var p: Double {
    let count = onlyFirst + onlySecond
    guard count > 0 else { return 1 }
    return min(1, 2 * FairBinomialDistribution.cumulative(min(onlyFirst, onlySecond), of: count))
  }
}
