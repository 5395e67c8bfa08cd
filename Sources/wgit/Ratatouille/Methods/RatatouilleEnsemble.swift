/// The ensemble whose cost the average saves; how far the average falls short of it is what connectivity costs.
enum RatatouilleEnsemble: TableMethod {
  static let name = "ratatouille-ensemble"
  static let summary = "mean of the logits of the fine-tunings from all starts"
  static let baseline: String? = "ensemble"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    let runs = try cell.diverseRuns()
    return runs.count > 1 ? .ensemble(runs) : nil
  }
}
