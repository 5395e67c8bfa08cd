/// How often two models tell the same class of the same examples.
///
/// - Source: S. Fort, H. Hu, B. Lakshminarayanan, "Deep ensembles: a loss landscape perspective", arXiv 1912.02757 (disagreement).
/// - Checked by: StatisticsTests, against scikit-learn and numpy.
package struct PredictionAgreement: Sendable, Equatable {
  package let exampleCount: Int
  /// Examples of which both tell the same class, right or wrong.
  package let agreeingCount: Int
  /// Examples that both tell wrong, and those of them that both take for the same class.
  package let bothWrongCount: Int
  package let sameWrongCount: Int

  /// - Parameters: the class of each example, as told by each model, and as it is.
  /// - Precondition: as many of each.
  package init(first: [Int32], second: [Int32], labels: [Int32]) {
    precondition(first.count == labels.count && second.count == labels.count, "agreement is of pairs")
    exampleCount = labels.count
    var (agreeing, wrong, same) = (0, 0, 0)
    for (index, label) in labels.enumerated() {
      let isEqual = first[index] == second[index]
      let areBothWrong = first[index] != label && second[index] != label
      agreeing += isEqual ? 1 : 0
      wrong += areBothWrong ? 1 : 0
      same += isEqual && areBothWrong ? 1 : 0
    }
    (agreeingCount, bothWrongCount, sameWrongCount) = (agreeing, wrong, same)
  }

  /// The share of the examples of which they tell different classes, 0...1; nil without examples.
  package var disagreement: Double? {
    exampleCount == 0 ? nil : Double(exampleCount - agreeingCount) / Double(exampleCount)
  }

  /// Of the examples that both tell wrong, the share of which they tell the same class, 0...1; nil if there are none.
  package var errorAgreement: Double? {
    bothWrongCount == 0 ? nil : Double(sameWrongCount) / Double(bothWrongCount)
  }
}
