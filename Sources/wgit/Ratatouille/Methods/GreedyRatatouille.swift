/// Model Ratatouille with the greedy choice of the paper.
///
/// Source: A. Ramé et al., "Model Ratatouille", ICML 2023, section 3.
enum GreedyRatatouille: TableMethod {
  static let name = "greedy-ratatouille"
  static let summary = "greedy average of them, chosen by validation"
  static let baseline: String? = nil

  static func isWanted(by recipe: RatatouilleRecipe) -> Bool { recipe.selections.contains(.greedy) }

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    .model(try cell.greedyAverage(try cell.diverseRuns(), "Greedy Ratatouille of \(cell.starts.count) starts"))
  }
}
