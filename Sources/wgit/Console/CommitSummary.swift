import WeightStore

/// What is said after a commit was made.
enum CommitSummary {
  static func print(_ outcome: Repository.CommitOutcome) {
    let place = outcome.branch ?? "detached HEAD"
    Terminal.print("[\(Terminal.escape(place)) \(outcome.id.short)] \(Terminal.escape(outcome.commit.subject))")
    Terminal.print(" " + changes(outcome.changes, storedByteCount: outcome.storedByteCount))
  }

  /// `2 files, 12 of 84 tensors changed, 4.1 MiB stored`.
  static func changes(_ changes: SnapshotChanges, storedByteCount: Int) -> String {
    var parts = ["\(Format.count(changes.files.count, "file")) changed"]
    if changes.tensorCount > 0 {
      parts.append("\(changes.changedTensorCount) of \(Format.count(changes.tensorCount, "tensor")) changed")
    }
    parts.append("\(Format.bytes(storedByteCount)) stored")
    return parts.joined(separator: ", ")
  }
}
