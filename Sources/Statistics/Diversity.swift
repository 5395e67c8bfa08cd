/// How differently two models err on the same examples.
///
/// - Source: L. Kuncheva, C. Whitaker, "Measures of diversity in classifier ensembles", Machine Learning 51 (2003); M. Aksela,
///   2003 (ratio-error); q-diversity as in Ramé et al., arXiv 2212.10445.
/// - Checked by: StatisticsTests, against the definitions in numpy.
package struct Diversity: Sendable, Equatable {
  /// Examples that both get right, only one of them, none.
  package let both: Int
  package let onlyFirst: Int
  package let onlySecond: Int
  package let none: Int

  /// - Precondition: as many of each.
  package init(first: [Bool], second: [Bool]) {
    precondition(first.count == second.count, "diversity is of pairs")
    let discordant = McNemarTest(first: first, second: second)
    onlyFirst = discordant.onlyFirst
    onlySecond = discordant.onlySecond
    both = zip(first, second).count { $0 && $1 }
    none = first.count - both - onlyFirst - onlySecond
  }

  /// Yule's Q: (N11 N00 - N01 N10) / (N11 N00 + N01 N10), -1...1; nil if it is 0/0.
  package var yuleQ: Double? {
    let same = Double(both) * Double(none)
    let different = Double(onlyFirst) * Double(onlySecond)
    return same + different == 0 ? nil : (same - different) / (same + different)
  }

  /// 1 - Q: 0 for models that err together, above 1 for those that err where the other does not.
  package var qDiversity: Double? { yuleQ.map { 1 - $0 } }

  /// (N01 + N10) / N00; nil if no example is told wrong by both.
  package var ratioError: Double? {
    none == 0 ? nil : Double(onlyFirst + onlySecond) / Double(none)
  }
}
