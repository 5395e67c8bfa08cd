/// Comparing two snapshots.
extension Repository {
  /// One side of a comparison.
  package enum Snapshot: Sendable {
    case commit(ObjectID<Commit>)
    case stage
    case workingFolder
  }

  package struct FileDifference: Sendable {
    package let path: RelativePath
    package let kind: SnapshotChanges.Kind
    package let byteCountBefore: Int?
    package let byteCountAfter: Int?
    /// Present if both versions are checkpoints.
    package let tensors: CheckpointComparison?
  }

  /// - Parameter paths: only these files and folders; empty for all.
  package func diff(
    from before: Snapshot, to after: Snapshot, paths: [RelativePath] = [],
    scope: CheckpointComparison.Scope = .init()
  ) throws -> [FileDifference] {
    let old = try entries(of: before)
    let new = try entries(of: after)
    return try SnapshotChanges.fileChanges(from: old, to: new).compactMap { change in
      let isWanted = paths.isEmpty || paths.contains { $0 == change.path || change.path.isBelow($0) }
      guard isWanted else { return nil }
      return FileDifference(
        path: change.path, kind: change.kind, byteCountBefore: change.before?.byteCount,
        byteCountAfter: change.after?.byteCount,
        tensors: try compareTensors(change, before: before, after: after, scope: scope))
    }
  }

  /// The weights of one checkpoint of a commit.
  package func checkpoint(_ path: RelativePath, in commit: ObjectID<Commit>) throws(StoreError) -> StoredCheckpoint {
    guard let entry = try tree(of: commit).entries[path], entry.kind == .checkpoint else {
      throw StoreError(.unknownPath, "\(commit.short) has no checkpoint '\(path)'", subjects: [path.text])
    }
    return StoredCheckpoint(store: store, manifest: try store.load(entry.manifest))
  }

  /// The bytes of one file of a commit; `nil` if it has no such file.
  package func contents(of path: RelativePath, in commit: ObjectID<Commit>) throws -> [UInt8]? {
    try tree(of: commit).entries[path].map { try contents(of: $0) }
  }

  /// The bytes of one file of a tree.
  func contents(of entry: Tree.Entry) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(entry.byteCount, 64 * ChunkGrid.chunkByteCount))
    try FileRebuild(store: store, loop: loop).run(store.load(entry.manifest)) { bytes += $0 }
    return bytes
  }

  /// Hands the bytes of one file of a commit to `write`, in order, a chunk at a time.
  ///
  /// - Throws: `StoreError.unknownPath` if the commit has no such file.
  package func stream(
    _ path: RelativePath, in commit: ObjectID<Commit>, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let entry = try tree(of: commit).entries[path] else {
      throw StoreError(.unknownPath, "\(commit.short) has no file '\(path)'", subjects: [path.text])
    }
    try FileRebuild(store: store, loop: loop).run(store.load(entry.manifest), write: write)
  }

  /// Hands the bytes of some segments to `write`, in order, a chunk at a time; nothing else of their files is read.
  package func stream(_ segments: [Manifest.Segment], write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try FileRebuild(store: store, loop: loop).run(segments, write: write)
  }

  private func entries(of snapshot: Snapshot) throws -> [RelativePath: Tree.Entry] {
    switch snapshot {
    case .commit(let id): return try tree(of: id).entries
    case .stage: return stagedEntries(try stage())
    case .workingFolder: return try workingEntries()
    }
  }

  /// Tracked files as they are now. A changed file is described by its SHA-256 alone; its manifest is made on demand.
  private func workingEntries() throws -> [RelativePath: Tree.Entry] {
    var entries: [RelativePath: Tree.Entry] = [:]
    for (path, file) in try stage() {
      switch try compare(path, with: file) {
      case .missing: continue
      case .same: entries[path] = file.entry
      case .changed:
        guard let (stamp, isExecutable) = try working.stamp(of: path) else { continue }
        entries[path] = Tree.Entry(
          kind: file.entry.kind, isExecutable: isExecutable, byteCount: stamp.byteCount,
          sha256: try sha256(ofWorkingFile: path), manifest: ObjectID(.zero))
      }
    }
    return entries
  }

  private func compareTensors(
    _ change: SnapshotChanges.FileChange, before: Snapshot, after: Snapshot,
    scope: CheckpointComparison.Scope
  ) throws -> CheckpointComparison? {
    guard let old = change.before, let new = change.after, old.kind == .checkpoint, new.kind == .checkpoint else {
      return nil
    }
    return try CheckpointComparison(
      from: reader(old, change.path), to: reader(new, change.path), scope: scope, loop: loop)
  }

  private func reader(_ entry: Tree.Entry, _ path: RelativePath) throws -> AnyCheckpoint {
    if entry.manifest.digest == .zero {
      return AnyCheckpoint(try WorkingCheckpoint(path, in: working, loop: loop))
    }
    return AnyCheckpoint(StoredCheckpoint(store: store, manifest: try store.load(entry.manifest)))
  }
}

/// A checkpoint, wherever it stands.
struct AnyCheckpoint: CheckpointReader {
  private let reader: any CheckpointReader

  init(_ reader: any CheckpointReader) {
    self.reader = reader
  }

  var manifest: Manifest { reader.manifest }

  func chunk(_ index: Int, of segment: Manifest.Segment) throws(StoreError) -> [UInt8] {
    try reader.chunk(index, of: segment)
  }
}
