import Merging
import Testing

struct GreedySelectionTests {
  private let candidates = [
    GreedySelection.Candidate(name: "b", score: 0.5), GreedySelection.Candidate(name: "a", score: 0.5),
    GreedySelection.Candidate(name: "c", score: 0.9), GreedySelection.Candidate(name: "d", score: .nan),
  ]

  @Test func triesTheBestFirstAndEqualOnesByName() {
    #expect(GreedySelection.order(candidates) == [2, 1, 0, 3])
  }

  @Test func theRulesDifferWhereNothingChanges() throws {
    func run(_ rule: GreedySelection.Rule) throws -> GreedySelection {
      try GreedySelection(candidates, rule: rule) { _ in 0.9 }
    }
    #expect(try run(.improves).selected == [2])
    #expect(try run(.keepsUp).selected == [2, 1, 0, 3])
    #expect(try run(.improves).steps.map(\.isAccepted) == [true, false, false, false])
    #expect(try run(.improves).score == 0.9)
  }

  @Test func evaluatesTheAverageWithEachCandidate() throws {
    var asked: [[Int]] = []
    let scores: [[Int]: Double] = [[2, 1]: 0.95, [2, 1, 0]: 0.8, [2, 1, 3]: 0.96]
    let selection = try GreedySelection(candidates, rule: .improves) { positions in
      asked.append(positions)
      return scores[positions] ?? .nan
    }
    #expect(asked == [[2, 1], [2, 1, 0], [2, 1, 3]])
    #expect(selection.selected == [2, 1, 3])
    #expect(selection.score == 0.96)
    #expect(selection.steps.map(\.score) == [0.9, 0.95, 0.8, 0.96])
  }

  @Test func nothingToChooseFromIsAnError() {
    #expect(code { _ = try GreedySelection([], rule: .improves) { _ in 0 } } == .noIngredients)
  }
}
