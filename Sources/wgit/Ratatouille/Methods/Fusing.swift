/// Averages first, fine-tunes after: each run starts from an average of the starts with random weights.
///
/// Source: L. Choshen et al., "Fusing finetuned models for better pretraining", 2022, arXiv 2204.03044.
enum Fusing: TableMethod {
  static let name = "fusing"
  static let summary = "mean of the fine-tunings from averages of the starts"
  static let baseline: String? = "fusing"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    guard cell.starts.count > 1 else { return nil }
    return .mean(
      try (0..<cell.recipe.target.runCount).map { try cell.fineTuning(from: cell.fusedStart(run: $0), run: $0) })
  }
}
