/// One of the fine-tunings from all starts, chosen by the domains that were trained on: recycling without averaging.
///
/// Source: J. Phang et al., "Sentence encoders on STILTs", 2018, arXiv 1811.01088.
enum BestInterTraining: TableMethod {
  static let name = "best-inter-training"
  static let summary = "of the fine-tunings from all starts the one with the best validation accuracy"
  static let baseline: String? = "inter-training"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    cell.starts.count > 1 && cell.hasValidation ? .best(try cell.diverseRuns()) : nil
  }
}
