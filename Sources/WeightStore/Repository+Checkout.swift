/// Bringing commits into the working folder.
extension Repository {
  /// What to check out.
  package enum SwitchTarget: Sendable {
    case branch(String)
    case newBranch(String, at: ObjectID<Commit>)
    case detached(ObjectID<Commit>)
  }

  package struct SwitchOutcome: Sendable {
    package let head: Head
    package let commit: ObjectID<Commit>?
    package let written: [RelativePath]
    package let removed: [RelativePath]
  }

  /// Changes what is checked out, and the files that differ. Local changes to other files are kept.
  ///
  /// - Throws: `StoreError.wouldOverwrite` with the paths if a local change would be lost; nothing has happened then.
  package func switchTo(
    _ target: SwitchTarget, progress: ((RelativePath, Int, Int) -> Void)? = nil
  ) throws -> SwitchOutcome {
    let lock = try self.lock()
    try checkNoMergeIsOpen()
    var publication: Publication
    let after: ObjectID<Commit>
    switch target {
    case .branch(let branch):
      let name = try RefName.branch(branch)
      guard let commit = try self.target(of: name) else { throw unknownBranch(branch) }
      after = commit
      publication = Publication(description: "switch: \(branch)", headAfter: .branch(name))
    case .newBranch(let branch, let commit):
      let name = try RefName.branch(branch)
      guard try self.target(of: name) == nil else {
        throw StoreError(.branchExists, "a branch '\(branch)' exists already", subjects: [branch])
      }
      try checkNoRefIsAFolder(name)
      after = commit
      publication = Publication(
        description: "switch: create \(branch)",
        refChanges: [Operation.RefChange(name: name, before: nil, after: commit)], headAfter: .branch(name))
    case .detached(let commit):
      after = commit
      publication = Publication(description: "switch: detach at \(commit.short)", headAfter: .detached(commit))
    }
    let change = try bringIn(after, progress: progress)
    publication.stageChanges = change.stageChanges
    publication.broughtIn = true
    try publish(publication)
    withExtendedLifetime(lock) {}
    return SwitchOutcome(
      head: publication.headAfter ?? .detached(after), commit: after, written: change.written, removed: change.removed)
  }

  /// Moves what is checked out forward to `commit` and brings its files in.
  ///
  /// - Parameters:
  ///   - replacing: what is checked out, if `commit` need not descend from it: it stays in the log of operations.
  ///   - removing: the candidate that `commit` waited under; the same transaction deletes it.
  ///   - closesMerge: `commit` is what the open merge came to.
  /// - Throws: `StoreError.branchMoved` if what is checked out was moved meanwhile to a commit that `commit` does not
  ///   descend from: it would be lost.
  package func fastForward(
    to commit: ObjectID<Commit>, description: String, replacing: ObjectID<Commit>? = nil, removing ref: RefName? = nil,
    closesMerge: Bool = false
  ) throws -> SwitchOutcome {
    let lock = try self.lock()
    if !closesMerge { try checkNoMergeIsOpen() }
    let head = try self.head()
    let before = try headCommitID()
    if let before, before != replacing, try !graph.isAncestor(before, of: commit) {
      throw StoreError(
        .branchMoved, "'\(head.branchName ?? "HEAD")' stands at \(before.short), which \(commit.short) does not hold",
        subjects: [head.branchName ?? "HEAD"])
    }
    if let ref, try ref != RefName.candidate(of: head.branchName ?? "HEAD") {
      throw StoreError(.branchMoved, "another branch than that of '\(ref)' is checked out by now", subjects: [ref.text])
    }
    var publication = moving(head, from: before, to: commit, description: description)
    if let ref, let target = try target(of: ref) {
      publication.refChanges.append(Operation.RefChange(name: ref, before: target, after: nil))
    }
    if closesMerge { publication.openMerge = .some(nil) }
    let change = try bringIn(commit, progress: nil)
    publication.stageChanges = change.stageChanges
    publication.broughtIn = true
    try publish(publication)
    withExtendedLifetime(lock) {}
    return SwitchOutcome(
      head: publication.headAfter ?? head, commit: commit, written: change.written, removed: change.removed)
  }

  /// Puts files back as the stage, or another revision, has them.
  ///
  /// - Parameter paths: files or folders; `nil` for all.
  package func restore(_ paths: [RelativePath?], from source: ObjectID<Commit>?) throws -> [RelativePath] {
    let lock = try self.lock()
    let staged = try stage()
    let entries = try source.map { try tree(of: $0).entries } ?? staged.mapValues(\.entry)
    var publication = Publication(description: "restore")
    var restored: [RelativePath] = []
    for path in try select(paths, from: Array(entries.keys)) {
      guard let entry = entries[path] else { continue }
      let file = try write(entry, to: path, progress: nil)
      if staged[path]?.entry == entry { publication.stageChanges[path] = file }
      restored.append(path)
    }
    try publish(publication)
    withExtendedLifetime(lock) {}
    return restored
  }

  /// Takes paths back out of the stage: they become what the checked-out commit has.
  package func unstage(_ paths: [RelativePath?]) throws -> [RelativePath] {
    let lock = try self.lock()
    let staged = try stage()
    let headTree = try headCommitID().map { try tree(of: $0) } ?? Tree()
    var publication = Publication(description: "restore: staged")
    let all = Set(staged.keys).union(headTree.entries.keys)
    let changed = try select(paths, from: Array(all)).filter { staged[$0]?.entry != headTree.entries[$0] }
    for path in changed {
      let file = headTree.entries[path].map { entry in
        // A stamp that fits no file: the next status compares by content.
        StagedFile(entry: entry, stamp: .unknown, recordedNanoseconds: 0)
      }
      publication.stageChanges.updateValue(file, forKey: path)
    }
    try Tree(entries: stagedEntries(staged, applying: publication.stageChanges)).checkNoFileIsAFolder()
    try publish(publication)
    withExtendedLifetime(lock) {}
    return changed
  }

  private func select(_ targets: [RelativePath?], from paths: [RelativePath]) throws(StoreError) -> [RelativePath] {
    var selected: Set<RelativePath> = []
    for target in targets {
      let matches = paths.filter { path in
        guard let target else { return true }
        return path == target || path.isBelow(target)
      }
      if let target, matches.isEmpty {
        throw StoreError(.unknownPath, "'\(target)' matches no tracked file", subjects: [target.text])
      }
      selected.formUnion(matches)
    }
    return selected.sorted()
  }
}
