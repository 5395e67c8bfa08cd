import WeightStore

/// Which branches stand at which commit, for `log` and `show`.
struct CommitNames {
  private var names: [ObjectID<Commit>: [String]] = [:]

  init(_ repository: Repository) throws {
    let head = try repository.head()
    headCommit = try repository.headCommitID()
    if case .detached(let id) = head { names[id, default: []].append("HEAD") }
    for ref in try repository.refs() where ref.name.stepKey == nil {
      let short = ref.name.branchName ?? ref.name.tagName ?? String(ref.name.text.dropFirst("refs/".count))
      let isHead = head == .branch(ref.name)
      refs[ref.target, default: []].append(short)
      names[ref.target, default: []].append(
        isHead ? "HEAD -> \(short)" : ref.name.tagName.map { "tag: \($0)" } ?? short)
    }
  }

  /// The same for machines: the refs alone.
  private(set) var refs: [ObjectID<Commit>: [String]] = [:]
  let headCommit: ObjectID<Commit>?

  subscript(id: ObjectID<Commit>) -> [String] { names[id] ?? [] }
}
