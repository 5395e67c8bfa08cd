/// Model Stock of the fine-tunings from the pre-trained net, with the probed net as base.
///
/// Source: D.-H. Jang et al., "Model Stock", ECCV 2024, arXiv 2403.19522.
enum ModelStockOfSoup: TableMethod {
  static let name = "model-stock"
  static let summary = "between the probed net and the average, by the angle of the changes"
  static let baseline: String? = "model-stock"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    let runs = try cell.ordinaryRuns()
    guard runs.count > 1 else { return nil }
    return .model(
      cell.average(runs, "Average the fine-tunings by Model Stock", by: "model-stock", base: cell.probe))
  }
}
