/// What changed since the last commit.
extension Repository {
  package struct Status: Sendable {
    package let head: Head
    package let headCommit: ObjectID<Commit>?
    /// Stage against the checked-out commit.
    package let staged: [SnapshotChanges.FileChange]
    /// Working folder against the stage: modified and deleted files.
    package let unstaged: [(path: RelativePath, kind: SnapshotChanges.Kind)]
    package let untracked: [RelativePath]

    package var isClean: Bool { staged.isEmpty && unstaged.isEmpty && untracked.isEmpty }
  }

  /// Reads only files whose stamp moved; what turns out equal gets its new stamp recorded, if that is possible at once.
  package func status() throws -> Status {
    let head = try self.head()
    let headCommit = try headCommitID()
    let headTree = try headCommit.map { id throws(StoreError) in try tree(of: id) } ?? Tree()
    let staged = try stage()
    var unstaged: [(path: RelativePath, kind: SnapshotChanges.Kind)] = []
    var refreshed: [RelativePath: StagedFile] = [:]
    for path in staged.keys.sorted() {
      guard let file = staged[path] else { continue }
      switch try compare(path, with: file) {
      case .missing: unstaged.append((path, .deleted))
      case .changed: unstaged.append((path, .modified))
      case .same(let stamped): if stamped != file { refreshed[path] = stamped }
      }
    }
    refresh(refreshed)
    return Status(
      head: head, headCommit: headCommit,
      staged: SnapshotChanges.fileChanges(from: headTree.entries, to: stagedEntries(staged)), unstaged: unstaged,
      untracked: try FolderWalk(working, below: nil, obeysIgnoreFiles: true).files.filter { staged[$0] == nil })
  }

  /// Tracked paths with changes that no commit holds, sorted. What an interrupted merge or training had already written of
  /// its commit, which still waits as the branch's candidate, is no change of the user's.
  package func uncommittedPaths() throws -> [RelativePath] {
    let status = try self.status()
    let candidate = try target(of: RefName.candidate(of: status.head.branchName ?? "HEAD"))
    let waiting = try candidate.map { try tree(of: $0).entries }
    let unstaged = try status.unstaged.filter { try !isWritten($0.path, $0.kind, of: waiting) }.map(\.path)
    return Set(status.staged.map(\.path) + unstaged).sorted()
  }

  /// Whether a file of the working folder is as a waiting candidate has it.
  private func isWritten(
    _ path: RelativePath, _ kind: SnapshotChanges.Kind, of waiting: [RelativePath: Tree.Entry]?
  ) throws -> Bool {
    guard let waiting else { return false }
    guard kind == .modified, let entry = waiting[path] else { return kind == .deleted && waiting[path] == nil }
    return try sha256(ofWorkingFile: path) == entry.sha256
  }

  enum WorkingState {
    case missing
    case changed
    case same(StagedFile)
  }

  /// Compares a file of the working folder with its staged entry, by stamp first, then by SHA-256.
  func compare(_ path: RelativePath, with file: StagedFile) throws(StoreError) -> WorkingState {
    let recorded = FileStamp.nowNanoseconds()
    guard let (stamp, isExecutable) = try working.stamp(of: path) else { return .missing }
    guard isExecutable == file.entry.isExecutable, stamp.byteCount == file.entry.byteCount else { return .changed }
    if file.isProvenUnchanged(stamp) { return .same(file) }
    guard try sha256(ofWorkingFile: path) == file.entry.sha256 else { return .changed }
    return .same(StagedFile(entry: file.entry, stamp: stamp, recordedNanoseconds: recorded))
  }

  func sha256(ofWorkingFile path: RelativePath) throws(StoreError) -> Digest {
    let source = try FileSource(working.open(path))
    let hash = try SHA256()
    for range in ChunkGrid.chunks(of: 0..<source.byteCount) {
      let bytes = try source.read(at: range.lowerBound, count: range.count)
      bytes.withUnsafeBytes { hash.update($0) }
    }
    return hash.finish()
  }

  /// Only a cache: a repository that is busy or read-only is left as it is.
  private func refresh(_ files: [RelativePath: StagedFile]) {
    guard !files.isEmpty, !database.isReadOnly else { return }
    try? database.write { database in
      let current = try StageTable.all(in: database)
      for (path, file) in files where current[path]?.entry == file.entry {
        try StageTable.put(path, file, in: database)
      }
    }
  }
}
