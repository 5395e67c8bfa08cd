/// Model soups, DiWA: the uniform average of fine-tunings that all start from the pre-trained net.
///
/// Source: M. Wortsman et al., "Model soups", ICML 2022; A. Ramé et al., "Diverse weight averaging", NeurIPS 2022.
enum Soup: TableMethod {
  static let name = "soup"
  static let summary = "average of the fine-tunings from the pre-trained net"
  static let baseline: String? = "soup"

  static func isWanted(by recipe: RatatouilleRecipe) -> Bool {
    recipe.baselines.contains(name) && recipe.selections.contains(.uniform)
  }

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    .model(cell.average(try cell.ordinaryRuns(), "Average the fine-tunings from the pre-trained net"))
  }
}
