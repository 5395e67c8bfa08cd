/// The greedy soup: fine-tunings enter from the best on, as long as the average keeps up on the validation rows.
///
/// Source: M. Wortsman et al., "Model soups", ICML 2022, recipe 1.
enum GreedySoup: TableMethod {
  static let name = "greedy-soup"
  static let summary = "greedy average of them, chosen by validation"
  static let baseline: String? = "soup"

  static func isWanted(by recipe: RatatouilleRecipe) -> Bool {
    recipe.baselines.contains(Soup.name) && recipe.selections.contains(.greedy)
  }

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    .model(try cell.greedyAverage(try cell.ordinaryRuns(), "Average fine-tunings from the pre-trained net greedily"))
  }
}
