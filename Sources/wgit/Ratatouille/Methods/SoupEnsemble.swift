/// The ensemble whose cost the soup saves.
enum SoupEnsemble: TableMethod {
  static let name = "soup-ensemble"
  static let summary = "mean of the logits of the fine-tunings from the pre-trained net"
  static let baseline: String? = "ensemble"

  static func score(in cell: inout CellBuilder) throws -> ScoreRule? {
    let runs = try cell.ordinaryRuns()
    return runs.count > 1 ? .ensemble(runs) : nil
  }
}
