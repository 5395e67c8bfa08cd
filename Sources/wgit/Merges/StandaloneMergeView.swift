import FolderMerge
import Merging

/// What is said about a merge that made a folder.
struct StandaloneMergeView {
  private let report: MergeReport
  private let output: String

  init(_ report: MergeReport, output: String) {
    self.report = report
    self.output = output
  }

  func print(isQuiet: Bool) {
    guard !isQuiet else {
      Terminal.print(Terminal.escape(output))
      return warn()
    }
    let words: [(PreparedMerge.Status, String)] = [
      (.combined, "combined"), (.equal, "equal everywhere"), (.taken, "taken from one model"), (.counter, "counters"),
      (.empty, "empty"),
    ]
    let parts = words.compactMap { status, word in
      report.counts[status].map { "\($0) \(word)" }
    }
    Terminal.print(
      "Merged \(Format.count(report.tensorCount, "tensor")) (\(parts.joined(separator: ", "))) "
        + "into '\(Terminal.escape(output))': \(Format.bytes(report.byteCount))")
    for note in report.notes { Terminal.message("note: \(Terminal.escape(note))") }
    warn()
  }

  /// Of what a user must know even if told to be quiet.
  private func warn() {
    let limit = 10
    for tensor in report.nonFinite.prefix(limit) {
      let count = tensor.count
      let overflow = count.overflowed > 0 ? ", \(count.overflowed) of them beyond the range of the type" : ""
      Terminal.message(
        "warning: \(Terminal.escape(tensor.name)) has \(count.nan) NaN and \(count.infinite) infinite elements\(overflow)"
      )
    }
    if report.nonFinite.count > limit {
      Terminal.message("warning: \(report.nonFinite.count - limit) more tensors have such elements")
    }
  }
}
