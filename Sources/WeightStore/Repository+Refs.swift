/// Branches and what is checked out.
extension Repository {
  package func head() throws(StoreError) -> Head {
    try database.read { try RefTable.head(in: $0) }
  }

  /// The commit that is checked out; `nil` on a branch without commits.
  package func headCommitID() throws(StoreError) -> ObjectID<Commit>? {
    switch try head() {
    case .branch(let name): try target(of: name)
    case .detached(let id): id
    }
  }

  package func target(of name: RefName) throws(StoreError) -> ObjectID<Commit>? {
    try database.read { try RefTable.target(of: name, in: $0) }
  }

  /// All refs, sorted by name.
  package func refs() throws(StoreError) -> [(name: RefName, target: ObjectID<Commit>)] {
    try database.read { try RefTable.all(in: $0) }
  }

  /// Where every walk through the history begins: the commits of all refs, and the one checked out on no branch.
  func tips() throws(StoreError) -> [ObjectID<Commit>] {
    var tips = try refs().map(\.target)
    if case .detached(let id) = try head() { tips.append(id) }
    return tips
  }

  /// Branches with their commits, sorted by name.
  package func branches() throws(StoreError) -> [(name: String, target: ObjectID<Commit>)] {
    try refs().compactMap { ref in ref.name.branchName.map { ($0, ref.target) } }
  }

  /// Makes a branch, or moves one.
  ///
  /// - Parameters:
  ///   - replacing: where the branch stands, if it is one that moves.
  ///   - note: what the operation log says besides.
  /// - Throws: `StoreError.branchExists`, `.branchMoved` if it stands elsewhere than at `replacing`; `.branchInUse` if it is
  ///   checked out and would move.
  package func createBranch(
    _ branch: String, at target: ObjectID<Commit>, replacing tip: ObjectID<Commit>? = nil, note: String = ""
  ) throws(StoreError) {
    let lock = try self.lock()
    let name = try RefName.branch(branch)
    let before = try self.target(of: name)
    if before != nil {
      guard let tip else { throw StoreError(.branchExists, "a branch '\(branch)' exists already", subjects: [branch]) }
      guard tip == before else {
        throw StoreError(.branchMoved, "'\(branch)' was moved by another process meanwhile", subjects: [branch])
      }
      guard try head() != .branch(name) else {
        throw StoreError(.branchInUse, "'\(branch)' is checked out and cannot be moved", subjects: [branch])
      }
    }
    try checkNoRefIsAFolder(name)
    let change = Operation.RefChange(name: name, before: before, after: target)
    try publish(Publication(description: "branch: create \(branch)\(note)", refChanges: [change]))
    withExtendedLifetime(lock) {}
  }

  /// - Throws: `StoreError.unknownBranch`, `.branchInUse`, and `.branchNotMerged` unless `force`.
  package func deleteBranch(
    _ branch: String, force: Bool = false, note: String = ""
  ) throws(StoreError) -> ObjectID<Commit> {
    let lock = try self.lock()
    let name = try RefName.branch(branch)
    guard let target = try self.target(of: name) else { throw unknownBranch(branch) }
    guard try head() != .branch(name) else {
      throw StoreError(.branchInUse, "'\(branch)' is checked out", subjects: [branch])
    }
    if !force {
      let others = try refs().filter { $0.name != name }.map(\.target) + [headCommitID()].compactMap { $0 }
      guard try graph.ancestors(of: others).contains(target) else {
        throw StoreError(
          .branchNotMerged, "'\(branch)' has commits that no other branch holds", subjects: [branch])
      }
    }
    let change = Operation.RefChange(name: name, before: target, after: nil)
    try publish(Publication(description: "branch: delete \(branch)\(note)", refChanges: [change]))
    withExtendedLifetime(lock) {}
    return target
  }

  /// Gives a branch another name; if it is checked out, it stays so.
  ///
  /// - Throws: `StoreError.unknownBranch`, `.branchExists`.
  package func renameBranch(_ branch: String, to other: String, note: String = "") throws(StoreError) {
    let lock = try self.lock()
    let (old, new) = (try RefName.branch(branch), try RefName.branch(other))
    let target = try self.target(of: old)
    let isHead = try head() == .branch(old)
    guard target != nil || isHead else { throw unknownBranch(branch) }
    guard try self.target(of: new) == nil else {
      throw StoreError(.branchExists, "a branch '\(other)' exists already", subjects: [other])
    }
    try checkNoRefIsAFolder(new, besides: old)
    var publication = Publication(description: "branch: rename \(branch) to \(other)\(note)")
    if let target {
      publication.refChanges = [
        Operation.RefChange(name: old, before: target, after: nil),
        Operation.RefChange(name: new, before: nil, after: target),
      ]
    }
    if isHead { publication.headAfter = .branch(new) }
    try publish(publication)
    withExtendedLifetime(lock) {}
  }

  func unknownBranch(_ branch: String) -> StoreError {
    StoreError(.unknownBranch, "there is no branch '\(branch)'", subjects: [branch])
  }

  /// `a` and `a/b` cannot both be refs, as in git: a remote that keeps refs as files could not hold them.
  package func checkNoRefIsAFolder(_ name: RefName, besides old: RefName? = nil) throws(StoreError) {
    for other in try refs().filter({ $0.name != old }).map(\.name.text)
    where other.utf8.starts(with: "\(name.text)/".utf8) || name.text.utf8.starts(with: "\(other)/".utf8) {
      throw StoreError(
        .branchExists, "'\(name.branchName ?? name.text)' cannot stand beside '\(other)'", subjects: [other])
    }
  }
}
