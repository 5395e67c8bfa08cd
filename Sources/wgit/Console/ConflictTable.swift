import Tensors
import WeightStore

/// Conflicts, grouped by patterns of names: the layers of a network have most of them in common.
enum ConflictTable {
  private struct Group: Hashable {
    let model: RelativePath
    let pattern: String
    let type: String
    let reason: String
  }

  static func print(_ plan: MergePlan, names: [String]) {
    var groups: [Group] = []
    var counts: [Group: Int] = [:]
    for conflict in plan.tensorConflicts {
      let group = Group(
        model: conflict.model, pattern: pattern(conflict.name), type: type(conflict),
        reason: reason(conflict, names: names))
      if counts[group] == nil { groups.append(group) }
      counts[group, default: 0] += 1
    }
    if !groups.isEmpty {
      var table = TextTable(["tensors", "count", "type", "conflict", "file"], [.left, .right, .left, .left, .left])
      for group in groups {
        table.add(
          [group.pattern, "\(counts[group] ?? 0)", group.type, group.reason, group.model.text].map(Terminal.escape))
      }
      table.print()
    }
    for file in plan.fileConflicts {
      Terminal.print(Terminal.escape("\(file.path): \(reason(file))"))
    }
  }

  /// "3 tensors and 1 file conflict".
  static func summary(_ plan: MergePlan) -> String {
    var parts: [String] = []
    let tensors = plan.tensorConflicts.count
    let files = plan.fileConflicts.count
    if tensors > 0 { parts.append(Format.count(tensors, "tensor")) }
    if files > 0 { parts.append(Format.count(files, "file")) }
    return parts.joined(separator: " and ") + (tensors + files == 1 ? " conflicts" : " conflict")
  }

  static func advice(_ plan: MergePlan) -> String {
    var steps: [String] = []
    if let first = plan.tensorConflicts.first {
      steps.append(
        "decide: wgit merge --resolve '\(Terminal.escape(pattern(first.name)))=ours' (or theirs, base, a strategy)")
    }
    if let first = plan.fileConflicts.first {
      steps.append("edit and stage: wgit add \(Terminal.escape(first.path.text))")
    }
    steps.append("then finish: wgit merge --continue; or give up: wgit merge --abort")
    return steps.joined(separator: "\n      ")
  }

  /// `model.layers.12.mlp.weight` as `model.layers.*.mlp.weight`.
  static func pattern(_ name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false).map { part in
      !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? "*" : String(part)
    }.joined(separator: ".")
  }

  /// One type and shape, or those of all that differ.
  private static func type(_ conflict: TensorConflict) -> String {
    let all = ([conflict.base] + conflict.sides).map { tensor in
      tensor.map { "\($0.dtype.rawValue) \($0.shape)" }
    }
    let distinct = Set(all.compactMap(\.self))
    if distinct.count == 1, let only = distinct.first { return only }
    return all.dropFirst().map { $0 ?? "-" }.joined(separator: ", ")
  }

  static func reason(_ conflict: TensorConflict, names: [String]) -> String {
    let changed = conflict.sides.count { $0 != nil }
    switch conflict.status {
    case .deletedModified: return "deleted and changed"
    case .reshapedModified, .reshaped:
      return conflict.base == nil ? "added with different shapes" : "reshaped and changed"
    case .nonFloat: return "changed differently, and no numbers to compute with"
    case .addedBoth: return "added in \(changed) different ways"
    default: return conflict.sides.count == 2 ? "changed on both sides" : "changed on several sides"
    }
  }

  static func reason(_ file: FileMerge) -> String {
    switch file.conflict {
    case .members(let members): "set to different values: \(members.joined(separator: ", "))"
    case .lines(let count): "\(Format.count(count, "stretch", "stretches")) of lines changed on both sides"
    case .bytes: "changed on both sides, and no text"
    case .deletedModified: "deleted and changed"
    case .configuration(let reasons): reasons.joined(separator: "; ")
    case nil: "settled"
    }
  }
}
