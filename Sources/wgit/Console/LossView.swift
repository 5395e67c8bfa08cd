import Documents
import WeightStore

/// What damage takes away, in the words of the user: commits, files, tensors.
enum LossView {
  /// More tensors or commits than this are counted, not named.
  private static let namedCount = 5

  static func print(_ losses: LossWalk, names: CommitNames?) {
    for id in losses.commits { Terminal.print(Style.red("hurt") + ": all of commit \(name(id, names))") }
    for file in losses.files {
      var parts: [String] = []
      if !file.tensors.isEmpty {
        parts.append(Format.count(file.tensors.count, "tensor") + " (\(list(file.tensors.map(Terminal.escape))))")
      }
      if file.isFrameLost { parts.append(file.tensors.isEmpty ? "its bytes" : "bytes outside of them") }
      var owners = file.commits.map { name($0, names) }
      if file.isStaged { owners.append("the stage") }
      Terminal.print(
        Style.red("hurt") + ": \(Terminal.escape(file.path.text)) in \(list(owners)): "
          + parts.joined(separator: " and "))
    }
  }

  private static func name(_ id: ObjectID<Commit>, _ names: CommitNames?) -> String {
    guard let refs = names?[id], !refs.isEmpty else { return id.short }
    return "\(id.short) (\(refs.map(Terminal.escape).joined(separator: ", ")))"
  }

  private static func list(_ words: [String]) -> String {
    let shown = words.prefix(namedCount).joined(separator: ", ")
    return words.count > namedCount ? "\(shown) and \(words.count - namedCount) more" : shown
  }

  static func json(_ losses: LossWalk?) -> JSONValue {
    guard let losses else { return [] }
    let commits = losses.commits.map { id -> JSONValue in
      ["path": .null, "commits": [.string(id.digest.hex)], "staged": .bool(false), "tensors": []]
    }
    return .array(
      commits
        + losses.files.map { file in
          [
            "path": .string(file.path.text),
            "commits": .array(file.commits.map { .string($0.digest.hex) }),
            "staged": .bool(file.isStaged),
            "tensors": .array(file.tensors.map { .string($0) }),
          ]
        })
  }
}
