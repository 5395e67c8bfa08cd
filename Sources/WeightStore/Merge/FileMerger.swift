import Documents
import Tensors

/// Merges files that are no checkpoints: as a whole where one side changed them, else member by member or line by line.
struct FileMerger {
  /// Larger files are merged as a whole or not at all.
  private static let maximumByteCount = 64 << 20

  let versions: MergeVersions
  let request: Repository.MergeRequest
  let repository: Repository

  private var specification: MergeSpecification { request.specification }

  func plan() throws -> [FileMerge] {
    let byHand = request.filesMadeByHand
    let trees = [versions.filesBase ?? Tree()] + versions.sides
    var paths: Set<RelativePath> = []
    for tree in trees { paths.formUnion(tree.entries.filter { $0.value.kind == .file }.keys) }
    paths.formUnion(byHand.filter { FileIngest.kind(of: $0.key) == .file }.keys)
    return try paths.sorted().compactMap { path in
      if let made = byHand[path] { return FileMerge(path, .both, made.map { .take($0) } ?? .delete) }
      let merge = try merge(path)
      if case .delete = merge.outcome, versions.sides[0].entries[path] == nil, merge.status == .unchanged { return nil }
      return merge
    }
  }

  private func merge(_ path: RelativePath) throws -> FileMerge {
    let base = versions.filesBase?.entries[path]
    let sides = versions.sides.map { $0.entries[path] }
    if !specification.only.isEmpty, !specification.only.contains(where: { NamePattern($0).matches(path.text) }) {
      return FileMerge(path, .left, taking(sides[0]))
    }
    let changed = sides.indices.filter { sides[$0] != base }
    guard let first = changed.first else { return FileMerge(path, .unchanged, taking(base)) }
    if OptimizerState.isOptimizerState(path), versions.trainedSides.count > 1 || specification.isOfOneModel {
      return optimizerState(path, sides, changed)
    }
    if Set(changed.map { sides[$0] }).count == 1 {
      return FileMerge(path, oneChange(base, sides[first], changed), taking(sides[first]))
    }
    let present = changed.compactMap { sides[$0] }
    guard present.count == changed.count else {
      return FileMerge(path, .deletedModified, .conflict, conflict: .deletedModified)
    }
    return try content(path, base: base, changed: changed.map { (request.sideNames[$0], sides[$0]) })
  }

  private func taking(_ entry: Tree.Entry?) -> FileMerge.Outcome { entry.map { .take($0) } ?? .delete }

  private func oneChange(_ base: Tree.Entry?, _ value: Tree.Entry?, _ changed: [Int]) -> TensorStatus {
    switch (base, value) {
    case (_, nil): changed.count == 1 ? .deleted : .deletedBoth
    case (nil, _): changed.count == 1 ? .added : .addedSame
    default: changed == [0] ? .ours : changed.contains(0) ? .same : .theirs
    }
  }

  /// Moments and step counts belong to one run: they are kept as one side has them, or left out.
  private func optimizerState(_ path: RelativePath, _ sides: [Tree.Entry?], _ changed: [Int]) -> FileMerge {
    switch specification.optimizer {
    case .ours: FileMerge(path, .ours, taking(sides[0]))
    case .theirs: FileMerge(path, .theirs, taking(changed.first { $0 != 0 }.flatMap { sides[$0] } ?? sides[0]))
    case nil: FileMerge(path, .both, .delete, isLeftOut: true)
    }
  }

  /// Two sides at a time, as git does with more than two.
  private func content(
    _ path: RelativePath, base: Tree.Entry?, changed: [(name: String, entry: Tree.Entry?)]
  ) throws -> FileMerge {
    let status: TensorStatus = base == nil ? .addedBoth : .both
    let entries = [base] + changed.map(\.entry)
    guard entries.allSatisfy({ $0?.byteCount ?? 0 <= FileMerger.maximumByteCount && $0?.kind != .checkpoint }) else {
      return FileMerge(path, status, .conflict, conflict: .bytes)
    }
    let original = try bytes(of: base)
    var merged = try bytes(of: changed[0].entry)
    for side in changed.dropFirst() {
      let theirs = try bytes(of: side.entry)
      let merge = ContentMerge(
        path: path, base: original, ours: merged, theirs: theirs, ourName: changed[0].name, theirName: side.name)
      if let conflict = merge.conflict {
        return FileMerge(path, status, .conflict, conflict: conflict, marked: merge.marked, undecided: merge.undecided)
      }
      if let clash = FileMerger.sharedNumber(path, merge.bytes) {
        return FileMerge(path, status, .conflict, conflict: .configuration([clash]))
      }
      merged = merge.bytes
    }
    let modes = changed.map { $0.entry?.isExecutable ?? false }
    let isExecutable = base.map { old in
      modes.contains { $0 != old.isExecutable } ? !old.isExecutable : old.isExecutable
    }
    return FileMerge(path, status, .merged(merged, isExecutable: isExecutable ?? modes.contains(true)))
  }

  /// Tokens that were added on both sides may have got the same number.
  private static func sharedNumber(_ path: RelativePath, _ bytes: [UInt8]) -> String? {
    guard ["vocab.json", "added_tokens.json"].contains(path.name), let object = try? JSONParser.parse(bytes).objectValue
    else { return nil }
    var tokens: [Int64: String] = [:]
    for (token, value) in object.members {
      guard let number = value.integerValue else { continue }
      if let other = tokens.updateValue(token, forKey: number) {
        return "\(other.quoted(limit: 40)) and \(token.quoted(limit: 40)) were both given the number \(number)"
      }
    }
    return nil
  }

  private func bytes(of entry: Tree.Entry?) throws -> [UInt8] {
    try entry.map { try repository.contents(of: $0) } ?? []
  }
}
