import Glibc

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
    try publish(publication)
    withExtendedLifetime(lock) {}
    return SwitchOutcome(
      head: publication.headAfter ?? .detached(after), commit: after, written: change.written, removed: change.removed)
  }

  /// Moves what is checked out forward to `commit` and brings its files in.
  ///
  /// - Parameter removing: a ref that the same transaction deletes.
  package func fastForward(
    to commit: ObjectID<Commit>, description: String, removing ref: RefName? = nil
  ) throws -> SwitchOutcome {
    let lock = try self.lock()
    let head = try self.head()
    var publication = moving(head, from: try headCommitID(), to: commit, description: description)
    if let ref, let target = try target(of: ref) {
      publication.refChanges.append(Operation.RefChange(name: ref, before: target, after: nil))
    }
    let change = try bringIn(commit, progress: nil)
    publication.stageChanges = change.stageChanges
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
    try publish(publication)
    withExtendedLifetime(lock) {}
    return changed
  }

  private func select(_ targets: [RelativePath?], from paths: [RelativePath]) throws(StoreError) -> [RelativePath] {
    var selected: Set<RelativePath> = []
    for target in targets {
      let matches = paths.filter { path in
        guard let target else { return true }
        return path == target || path.text.hasPrefix(target.text + "/")
      }
      if let target, matches.isEmpty {
        throw StoreError(.unknownPath, "'\(target)' matches no tracked file", subjects: [target.text])
      }
      selected.formUnion(matches)
    }
    return selected.sorted()
  }

  private struct FolderChange {
    var stageChanges: [RelativePath: StagedFile?] = [:]
    var written: [RelativePath] = []
    var removed: [RelativePath] = []
  }

  /// Makes the working folder hold `commit`'s files where they differ from what is checked out.
  private func bringIn(
    _ commit: ObjectID<Commit>, progress: ((RelativePath, Int, Int) -> Void)?
  ) throws -> FolderChange {
    let current = try headCommitID().map { try tree(of: $0) } ?? Tree()
    let target = try tree(of: commit)
    let staged = try stage()
    let differing = SnapshotChanges.fileChanges(from: current.entries, to: target.entries)
    try checkNothingIsLost(differing, staged: staged, targetPaths: target)
    var change = FolderChange()
    for file in differing where file.after == nil {
      try working.remove(file.path)
      change.stageChanges.updateValue(nil, forKey: file.path)
      change.removed.append(file.path)
    }
    for file in differing {
      guard let entry = file.after, staged[file.path]?.entry != entry else { continue }
      change.stageChanges[file.path] = try write(entry, to: file.path, progress: progress)
      change.written.append(file.path)
    }
    return change
  }

  private func checkNothingIsLost(
    _ differing: [SnapshotChanges.FileChange], staged: [RelativePath: StagedFile], targetPaths: Tree
  ) throws(StoreError) {
    var lost: [String] = []
    for change in differing {
      if let file = staged[change.path] {
        if file.entry == change.after { continue }
        // Staged, but not what was checked out: a local change.
        guard file.entry == change.before else { lost.append(change.path.text); continue }
        if case .changed = try compare(change.path, with: file) { lost.append(change.path.text) }
      } else if change.after != nil, try working.stamp(of: change.path) != nil {
        lost.append(change.path.text)
      }
    }
    guard lost.isEmpty else {
      throw StoreError(
        .wouldOverwrite, "local changes to \(lost.count) \(lost.count == 1 ? "file" : "files") would be overwritten",
        subjects: lost)
    }
  }

  /// Rebuilds a file under a temporary name, makes it durable, then puts it in place.
  private func write(
    _ entry: Tree.Entry, to path: RelativePath, progress: ((RelativePath, Int, Int) -> Void)?
  ) throws -> StagedFile {
    let manifest = try store.load(entry.manifest)
    guard let folder = try working.openParent(of: path, creating: true) else {
      throw StoreError(.missingFile, "the folder of '\(path)' does not exist", subjects: [path.text])
    }
    let atomic = try AtomicFile(temporaryFolder: layout.temporaryFolder, mode: entry.isExecutable ? 0o777 : 0o666)
    let file = atomic.file
    var done = 0
    try FileRebuild(store: store, loop: loop).run(manifest) { bytes in
      try file.write(bytes)
      done += bytes.count
      progress?(path, done, entry.byteCount)
    }
    try atomic.publish(named: path.name, in: folder)
    return StagedFile(
      entry: entry, stamp: FileStamp(try file.status()), recordedNanoseconds: FileStamp.nowNanoseconds())
  }
}
