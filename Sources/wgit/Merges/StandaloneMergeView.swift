import Documents
import FolderMerge
import Merging

/// What is said about a merge that makes a folder.
struct StandaloneMergeView {
  /// As the user named it.
  let folder: String
  let output: MergeOutput

  /// What was done.
  func print(_ report: MergeReport) {
    switch output {
    case .json: Terminal.print(json(report).prettyString())
    case .id: Terminal.print(Terminal.escape(folder))
    case .text:
      let parts = StandaloneMergeView.words.compactMap { status, word, _ in
        report.counts[status].map { "\($0) \(word)" }
      }
      Terminal.print(
        "Merged \(Format.count(report.tensorCount, "tensor")) (\(parts.joined(separator: ", "))) "
          + "into '\(Terminal.escape(folder))': \(Format.bytes(report.byteCount))")
      for note in report.notes { Terminal.message("note: \(Terminal.escape(note))") }
    }
    if output != .json { warn(report) }
  }

  /// What would be done.
  func print(_ outline: MergeOutline) {
    switch output {
    case .json:
      Terminal.print(
        JSONValue.object([
          "output": .string(folder), "tensors": .integer(Int64(outline.tensorCount)),
          "bytes": .integer(Int64(outline.byteCount)), "bytesToRead": .integer(Int64(outline.inputByteCount)),
          "notes": .array(outline.notes.map(JSONValue.string)),
        ]).prettyString())
    case .id: break
    case .text:
      Terminal.print(
        "Would merge \(Format.count(outline.tensorCount, "tensor")) of \(Format.count(outline.modelCount, "model")) into "
          + "'\(Terminal.escape(folder))': \(Format.bytes(outline.byteCount)) from \(Format.bytes(outline.inputByteCount))"
      )
      for note in outline.notes { Terminal.message("note: \(Terminal.escape(note))") }
    }
  }

  private static let words: [(PreparedMerge.Status, String, String)] = [
    (.combined, "combined", "combined"), (.equal, "equal everywhere", "equal"),
    (.taken, "taken from one model", "taken"), (.counter, "counters", "counters"), (.empty, "empty", "empty"),
  ]

  private func json(_ report: MergeReport) -> JSONValue {
    let counts = StandaloneMergeView.words.map { status, _, key in
      (key: key, value: JSONValue.integer(Int64(report.counts[status] ?? 0)))
    }
    return .object([
      "output": .string(folder), "tensors": .integer(Int64(report.tensorCount)),
      "bytes": .integer(Int64(report.byteCount)), "statuses": .object(JSONObject(counts)),
      "nonFinite": .array(
        report.nonFinite.map { tensor in
          .object([
            "tensor": .string(tensor.name), "nan": .integer(Int64(tensor.count.nan)),
            "infinite": .integer(Int64(tensor.count.infinite)), "overflowed": .integer(Int64(tensor.count.overflowed)),
          ])
        }),
      "files": .array(report.files.map(JSONValue.string)), "notes": .array(report.notes.map(JSONValue.string)),
    ])
  }

  /// Of what a user must know even if told to be quiet.
  private func warn(_ report: MergeReport) {
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
