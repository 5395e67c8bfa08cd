import Glibc

/// Staging: what the next commit will hold.
extension Repository {
  package struct AddOutcome: Sendable {
    package var added: [RelativePath] = []
    package var removed: [RelativePath] = []
    /// Symbolic links and special files, which are not tracked.
    package var skipped: [String] = []
    /// Bytes that were added to the repository.
    package var storedByteCount = 0
  }

  /// Stages files, folders and removals. `nil` stands for the whole working folder. All or nothing.
  ///
  /// - Parameters:
  ///   - takesIgnored: also what a `.wgitignore` excludes. What is tracked is never excluded.
  ///   - progress: path, bytes done, bytes in all.
  /// - Throws: `StoreError.unknownPath` for a path that is neither there nor tracked; `.ignoredPath` for one that is ignored;
  ///   `.malformedFile` for a broken checkpoint.
  package func add(
    _ targets: [RelativePath?], takesIgnored: Bool = false, progress: ((RelativePath, Int, Int) -> Void)? = nil
  ) throws -> AddOutcome {
    let lock = try self.lock()
    var outcome = AddOutcome()
    let staged = try stage()
    let paths = try pathsToAdd(targets, staged: staged, takesIgnored: takesIgnored, outcome: &outcome)
    var publication = Publication(description: "add")
    var writer: ObjectWriter? = ObjectWriter(store: store)
    let bases = try baseCatalog(staged)
    var changed: [(path: RelativePath, byteCount: Int)] = []
    for path in paths {
      guard let (stamp, isExecutable) = try working.stamp(of: path) else { continue }
      if let known = staged[path], known.isProvenUnchanged(stamp), known.entry.isExecutable == isExecutable { continue }
      changed.append((path, stamp.byteCount))
    }
    // The largest first: a model in F32 says all of its cast to BF16, but not the other way round.
    for (path, _) in changed.sorted(by: { ($1.byteCount, $0.path) < ($0.byteCount, $1.path) }) {
      let file = try stageFile(path, bases: bases, writer: &writer, progress: progress)
      publication.stageChanges[path] = file
      if staged[path]?.entry != file.entry { outcome.added.append(path) }
    }
    outcome.added.sort()
    for path in outcome.removed { publication.stageChanges.updateValue(nil, forKey: path) }
    for path in pathsInTheWay(of: Set(publication.stageChanges.keys).union(paths), staged: staged)
    where publication.stageChanges[path] == nil {
      publication.stageChanges.updateValue(nil, forKey: path)
      outcome.removed.append(path)
    }
    try Tree(entries: stagedEntries(staged, applying: publication.stageChanges)).checkNoFileIsAFolder()
    publication.openMerge = try settling(paths + outcome.removed)
    if let writer = writer.take() {
      outcome.storedByteCount = writer.storedByteCount
      try publish(publication, writer: writer)
    }
    withExtendedLifetime(lock) {}
    return outcome
  }

  package func stage() throws(StoreError) -> [RelativePath: StagedFile] {
    try database.read { try StageTable.all(in: $0) }
  }

  /// What new files may be similar to: what is staged, what was last committed, and the tips of other branches.
  private func baseCatalog(_ staged: [RelativePath: StagedFile]) throws(StoreError) -> BaseCatalog {
    // A commit that cannot be read is for the integrity check to tell of: it gives no bases.
    let committed = try headCommitID().flatMap { try? tree(of: $0).entries }
    let tips = try refs().map(\.target)
    return BaseCatalog(store: store, trees: [stagedEntries(staged), committed ?? [:]]) { [self] in
      // As many as there can be versions to compare with; the newest are the likeliest.
      let commits = tips.compactMap { id in (try? graph.commit(id)).map { (id, $0.committer.unixSeconds) } }
      let newest = commits.sorted { $0.1 > $1.1 }.prefix(2 * BaseCatalog.versionLimit)
      return newest.compactMap { try? tree(of: $0.0).entries }
    }
  }

  private func pathsToAdd(
    _ targets: [RelativePath?], staged: [RelativePath: StagedFile], takesIgnored: Bool, outcome: inout AddOutcome
  ) throws(StoreError) -> [RelativePath] {
    var paths: Set<RelativePath> = []
    var removed: Set<RelativePath> = []
    for target in targets {
      if let target, try working.stamp(of: target) != nil {
        if !takesIgnored, staged[target] == nil { try checkIsNotIgnored(target, isFolder: false) }
        paths.insert(target)
        continue
      }
      let occupant = try target.map { path throws(StoreError) in try working.occupant(of: path) }
      if let target, staged[target] != nil, case .some(.nothing) = occupant {
        removed.insert(target)
        continue
      }
      let walk = try FolderWalk(working, below: target, obeysIgnoreFiles: !takesIgnored)
      outcome.skipped += walk.skipped
      let tracked = staged.keys.filter { path in target.map { path == $0 || path.isBelow($0) } ?? true }
      if let target, case .some(.folder) = occupant, !takesIgnored, tracked.isEmpty {
        try checkIsNotIgnored(target, isFolder: true)
      }
      if let target, walk.files.isEmpty, walk.skipped.isEmpty, tracked.isEmpty {
        if case .some(.special) = occupant {
          throw StoreError(
            .unsupportedFile, "'\(target)' is a symbolic link or a special file", subjects: [target.text])
        }
        throw StoreError(.unknownPath, "'\(target)' matches no file", subjects: [target.text])
      }
      paths.formUnion(walk.files)
      for path in Set(tracked).subtracting(walk.files) {
        // What is tracked stays so, whatever is ignored.
        if try working.stamp(of: path) != nil { paths.insert(path) } else { removed.insert(path) }
      }
    }
    outcome.removed = removed.subtracting(paths).sorted()
    return paths.sorted()
  }

  private func checkIsNotIgnored(_ path: RelativePath, isFolder: Bool) throws(StoreError) {
    guard try IgnoreRules.ignores(path, isFolder: isFolder, in: working) else { return }
    throw StoreError(.ignoredPath, "'\(path)' is ignored by a \(IgnoreRules.fileName)", subjects: [path.text])
  }

  /// Staged files that cannot stay beside `added`: a file that became a folder, files whose folder became a file.
  private func pathsInTheWay(
    of added: Set<RelativePath>, staged: [RelativePath: StagedFile]
  ) -> [RelativePath] {
    let above = added.flatMap(\.ancestors).filter { staged[$0] != nil && !added.contains($0) }
    let below = staged.keys.filter { path in !added.contains(path) && path.ancestors.contains(where: added.contains) }
    return Set(above).union(below).sorted()
  }

  /// Reads a file into the store and describes it. A file that changes while it is read is refused.
  func stageFile(
    _ path: RelativePath, bases: BaseCatalog, writer: inout ObjectWriter?,
    progress: ((RelativePath, Int, Int) -> Void)? = nil
  ) throws -> StagedFile {
    let file = try working.open(path)
    let before = try file.status()
    let source = try FileSource(file)
    let ingest = FileIngest(loop: loop, progress: progress.map { report in { report(path, $0, source.byteCount) } })
    let manifest: Manifest
    do {
      manifest = try ingest.manifest(of: source, path: path, bases: bases, writer: &writer)
    } catch {
      // A file cut short meanwhile cannot be read to its end: that is the reason to tell.
      guard FileStamp(try file.status()) == FileStamp(before) else { throw wasChanged(path) }
      throw error
    }
    let recorded = FileStamp.nowNanoseconds()
    let stamp = FileStamp(try file.status())
    guard stamp == FileStamp(before) else { throw wasChanged(path) }
    try writer?.put(manifest)
    if manifest.format == .safetensors { bases.add(manifest) }
    let entry = Tree.Entry(
      kind: FileIngest.kind(of: path), isExecutable: before.st_mode & S_IXUSR != 0, byteCount: manifest.byteCount,
      sha256: manifest.sha256, manifest: manifest.id)
    return StagedFile(entry: entry, stamp: stamp, recordedNanoseconds: recorded)
  }

  private func wasChanged(_ path: RelativePath) -> StoreError {
    StoreError(.busy, "'\(path)' was changed while it was read", subjects: [path.text])
  }

  func stagedEntries(
    _ staged: [RelativePath: StagedFile], applying changes: [RelativePath: StagedFile?] = [:]
  ) -> [RelativePath: Tree.Entry] {
    var entries = staged.mapValues(\.entry)
    for (path, file) in changes { entries[path] = file?.entry }
    return entries
  }
}
