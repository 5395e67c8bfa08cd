/// The average of the weights along each run.
///
/// Source: D. Arpit et al., "Ensemble of averages", NeurIPS 2022, arXiv 2110.10832.
enum MovingAverage: TableMethod {
  static let name = "moving-average"
  static let summary = "mean of the fine-tunings, each averaged along its run"
  static let baseline: String? = "moving-average"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    .mean(
      try (0..<cell.recipe.target.runCount).map {
        try cell.fineTuning(from: cell.starts[0], run: $0, average: cell.recipe.movingAverage)
      })
  }
}
