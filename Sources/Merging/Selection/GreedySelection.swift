/// Greedy soups: candidates are tried from the best to the worst, and a candidate stays if the average with it scores well
/// enough.
///
/// - Order: by the candidates' own scores, best first; equal scores by name. A score that is no number comes last.
/// - The first stays in any case, so if nothing helps the result is the best single model.
/// - The average is made of the ingredients each time, never of a rounded average.
/// - Source: Wortsman et al., "Model soups", ICML 2022, recipe 1 (`improves`); Ramé et al., "Model Ratatouille", ICML
///   2023, after DiWA (`keepsUp`).
package struct GreedySelection: Hashable, Sendable {
  /// When a candidate stays.
  package enum Rule: String, CaseIterable, Hashable, Sendable {
    /// The average scores better than without it.
    case improves
    /// The average scores no worse than without it.
    case keepsUp
  }

  package struct Candidate: Hashable, Sendable {
    package let name: String
    /// Its own score; more is better.
    package let score: Double

    package init(name: String, score: Double) {
      self.name = name
      self.score = score
    }
  }

  /// One trial.
  package struct Step: Hashable, Sendable {
    /// Position among the candidates given.
    package let candidate: Int
    /// The score of the average with it.
    package let score: Double
    package let isAccepted: Bool
  }

  /// Positions of the ingredients, in the order in which they were accepted.
  package private(set) var selected: [Int] = []
  /// The score of their average.
  package private(set) var score = -Double.infinity
  package private(set) var steps: [Step] = []

  /// - Parameter evaluate: the score of the average of the candidates at these positions, more is better.
  /// - Throws: `noIngredients` without candidates; what `evaluate` throws.
  package init(
    _ candidates: [Candidate], rule: Rule, evaluate: (_ positions: [Int]) throws -> Double
  ) throws {
    guard !candidates.isEmpty else { throw MergeError(.noIngredients, "there are no candidates to choose from") }
    for position in GreedySelection.order(candidates) {
      let isFirst = selected.isEmpty
      let trial = isFirst ? candidates[position].score : try evaluate(selected + [position])
      let isAccepted = isFirst || (rule == .improves ? trial > score : trial >= score)
      steps.append(Step(candidate: position, score: trial, isAccepted: isAccepted))
      guard isAccepted else { continue }
      selected.append(position)
      score = trial
    }
  }

  /// Positions from the best to the worst.
  package static func order(_ candidates: [Candidate]) -> [Int] {
    candidates.indices.sorted { left, right in
      let a = candidates[left]
      let b = candidates[right]
      if a.score.isNaN != b.score.isNaN { return b.score.isNaN }
      return a.score == b.score || a.score.isNaN ? a.name < b.name : a.score > b.score
    }
  }
}
