import Statistics

/// Several models on the same examples: each alone, each pair, and all together as an ensemble and as an average of weights.
///
/// The ensemble tells the class of the largest mean of the members' logits.
/// - Source: A. Ramé et al., "Diverse weight averaging for out-of-distribution generalization", NeurIPS 2022, and "Model Ratatouille",
///   ICML 2023 (diversity against the gain of averaging).
/// - Checked by: EnsembleMeasurementTests, against numpy.
package struct EnsembleMeasurement: Sendable {
  package struct Pair: Sendable {
    package let first: Int
    package let second: Int
    package let diversity: Diversity
    package let agreement: PredictionAgreement
    /// Of the average of the pair's weights, if it was evaluated.
    package let average: Evaluation?

    /// acc(average of the pair) - the mean of their accuracies.
    package let gain: Double?
  }

  package let members: [Evaluation]
  /// (0, 1), (0, 2), …, (1, 2), …
  package let pairs: [Pair]
  package let ensemble: Evaluation
  /// Of the uniform average of all weights; nil if the models cannot be averaged.
  package let average: Evaluation?

  package var meanAccuracy: Double { members.map(\.accuracy).reduce(0, +) / Double(members.count) }
  package var meanLogLoss: Double { members.map(\.meanLogLoss).reduce(0, +) / Double(members.count) }
  /// Means over all pairs that have the value; nil if none has.
  package var meanQDiversity: Double? { Self.mean(pairs.compactMap(\.diversity.qDiversity)) }
  package var meanRatioError: Double? { Self.mean(pairs.compactMap(\.diversity.ratioError)) }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// - Parameters:
  ///   - members: of the same examples.
  ///   - ensemble: of the mean of their logits, see `LogitMean`.
  ///   - average: of the uniform average of their weights.
  ///   - pairAverages: the evaluation of the average of a pair, by its place in `pairs`.
  package init(
    members: [Evaluation], ensemble: Evaluation, average: Evaluation?, pairAverages: [Int: Evaluation] = [:],
    labels: [Int32]
  ) {
    self.members = members
    self.ensemble = ensemble
    self.average = average
    var pairs: [Pair] = []
    for (first, second) in Self.pairs(memberCount: members.count) {
      let (a, b) = (members[first], members[second])
      let joint = pairAverages[pairs.count]
      pairs.append(
        Pair(
          first: first, second: second, diversity: Diversity(first: a.correctness, second: b.correctness),
          agreement: PredictionAgreement(first: a.predictions, second: b.predictions, labels: labels),
          average: joint, gain: joint.map { $0.accuracy - (a.accuracy + b.accuracy) / 2 }))
    }
    self.pairs = pairs
  }

  /// In the order of `pairs`.
  package static func pairs(memberCount: Int) -> [(first: Int, second: Int)] {
    (0..<memberCount).flatMap { first in (first + 1..<max(first + 1, memberCount)).map { (first, $0) } }
  }
}

/// The mean of the logits of several models on the same examples: in F64, rounded to F32 once.
package struct LogitMean: Sendable {
  private var sums: [Double] = []
  private var count = 0

  package init() {}

  /// - Parameter logits: [examples, classes], for all models the same.
  /// - Throws: `TrainerError` with code `classCountMismatch` for other shapes.
  package mutating func add(_ logits: [Float]) throws {
    if count == 0 { sums = Array(repeating: 0, count: logits.count) }
    guard logits.count == sums.count else {
      throw TrainerError(
        .classCountMismatch, "one model gives \(logits.count) logits, those before it gave \(sums.count)")
    }
    for (index, value) in logits.enumerated() { sums[index] += Double(value) }
    count += 1
  }

  package var logits: [Float] { sums.map { Float($0 / Double(count)) } }
}
