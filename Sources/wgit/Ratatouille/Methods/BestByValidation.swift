/// What a search over hyper-parameters gives: one of the fine-tunings, chosen by the domains that were trained on.
///
/// Source: training-domain validation of I. Gulrajani, D. Lopez-Paz, "In search of lost domain generalization", ICLR 2021.
enum BestByValidation: TableMethod {
  static let name = "best-by-validation"
  static let summary = "the fine-tuning with the best validation accuracy"
  static let baseline: String? = "best-by-validation"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    cell.hasValidation ? .best(try cell.ordinaryRuns()) : nil
  }
}
