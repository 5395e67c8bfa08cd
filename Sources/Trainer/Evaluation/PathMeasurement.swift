import Statistics

/// A network on the line between two sets of weights, on the same examples: over all, and in each domain.
package struct PathMeasurement: Sendable {
  package struct Domain: Sendable {
    package let name: String
    package let exampleCount: Int
    package let path: LinearPath
  }

  package let exampleCount: Int
  package let path: LinearPath
  /// Empty unless the examples are of several domains.
  package let domains: [Domain]
  /// How differently the ends err.
  package let diversity: Diversity
  package let agreement: PredictionAgreement

  /// - Parameter evaluations: of the same examples, λ ascending from 0 to 1.
  /// - Precondition: there are two ends.
  package init(_ evaluations: [(lambda: Double, evaluation: Evaluation)], labels: [Int32]) {
    precondition(evaluations.count > 1, "a line has two ends")
    let (first, last) = (evaluations[0].evaluation, evaluations[evaluations.count - 1].evaluation)
    exampleCount = first.exampleCount
    path = LinearPath(
      points: evaluations.map {
        .init(lambda: $0.lambda, loss: $0.evaluation.meanLogLoss, accuracy: $0.evaluation.accuracy)
      })
    let count = first.domains.count
    domains = (count > 1 ? first.domains : []).enumerated().map { index, domain in
      Domain(
        name: domain.name, exampleCount: domain.exampleCount,
        path: LinearPath(
          points: evaluations.map {
            let part = $0.evaluation.domains[index]
            return .init(lambda: $0.lambda, loss: part.meanLogLoss, accuracy: part.accuracy)
          }))
    }
    diversity = Diversity(first: first.correctness, second: last.correctness)
    agreement = PredictionAgreement(first: first.predictions, second: last.predictions, labels: labels)
  }
}
