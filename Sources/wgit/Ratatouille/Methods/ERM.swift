/// Empirical risk minimisation: what one fine-tuning of the pre-trained net gives on average.
enum ERM: TableMethod {
  static let name = "erm"
  static let summary = "mean of the fine-tunings from the pre-trained net"
  static let baseline: String? = "erm"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? { .mean(try cell.ordinaryRuns()) }
}
