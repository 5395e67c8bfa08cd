/// What one fine-tuning that starts from an auxiliary gives on average.
///
/// Source: J. Phang et al., "Sentence encoders on STILTs", 2018, arXiv 1811.01088.
enum InterTraining: TableMethod {
  static let name = "inter-training"
  static let summary = "mean of the fine-tunings from the auxiliaries"
  static let baseline: String? = "inter-training"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    let runs = try cell.auxiliaryRuns()
    return runs.isEmpty ? nil : .mean(runs)
  }
}
