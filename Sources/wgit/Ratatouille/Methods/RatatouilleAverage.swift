/// Model Ratatouille: the uniform average of fine-tunings that start from different auxiliary weights.
///
/// Source: A. Ramé et al., "Model Ratatouille", ICML 2023, arXiv 2212.10445.
enum RatatouilleAverage: TableMethod {
  static let name = "ratatouille"
  static let summary = "average of the fine-tunings from all starts"
  static let baseline: String? = nil

  static func isWanted(by recipe: RatatouilleRecipe) -> Bool { recipe.selections.contains(.uniform) }

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    .model(cell.average(try cell.diverseRuns(), "Ratatouille of \(cell.starts.count) starts"))
  }
}
