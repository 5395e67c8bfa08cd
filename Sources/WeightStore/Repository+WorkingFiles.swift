/// Writing files of commits into the working folder.
extension Repository {
  struct FolderChange {
    var stageChanges: [RelativePath: StagedFile?] = [:]
    var written: [RelativePath] = []
    var removed: [RelativePath] = []
  }

  /// Makes the working folder hold `commit`'s files where they differ from what is checked out.
  ///
  /// A process that dies half way leaves files of both commits, and the stage of the first: doing it again works, and so
  /// does going back.
  ///
  /// - Throws: `StoreError.wouldOverwrite` with the paths; nothing has happened then.
  func bringIn(
    _ commit: ObjectID<Commit>, progress: ((RelativePath, Int, Int) -> Void)?
  ) throws -> FolderChange {
    let current = try headCommitID().map { try tree(of: $0) } ?? Tree()
    let plan = try CheckoutPlan(self, from: current, to: try tree(of: commit), staged: try stage())
    guard plan.lost.isEmpty else {
      throw StoreError(
        .wouldOverwrite,
        "local changes to \(plan.lost.count) \(plan.lost.count == 1 ? "file" : "files") would be overwritten",
        subjects: plan.lost.sorted().map(\.text))
    }
    // What cannot be read stops the checkout before it begins.
    for write in plan.writes { _ = try manifest(of: write.entry, at: write.path) }
    var change = FolderChange()
    for path in plan.unstaged { change.stageChanges.updateValue(nil, forKey: path) }
    for path in plan.removals {
      try working.remove(path)
      change.removed.append(path)
    }
    for write in plan.writes {
      change.stageChanges[write.path] = try self.write(write.entry, to: write.path, progress: progress)
      change.written.append(write.path)
    }
    return change
  }

  private func manifest(of entry: Tree.Entry, at path: RelativePath) throws(StoreError) -> Manifest {
    let manifest = try store.load(entry.manifest)
    guard manifest.sha256 == entry.sha256, manifest.byteCount == entry.byteCount else {
      throw StoreError(.corruptObject, "the manifest of '\(path)' describes another file", subjects: [path.text])
    }
    return manifest
  }

  /// Rebuilds a file under a temporary name, makes it durable, then puts it in place.
  func write(
    _ entry: Tree.Entry, to path: RelativePath, progress: ((RelativePath, Int, Int) -> Void)?
  ) throws -> StagedFile {
    let manifest = try manifest(of: entry, at: path)
    if case .folder = try working.occupant(of: path), try !working.removeEmptyFolder(path) {
      throw StoreError(.wouldOverwrite, "'\(path)' is a folder that is not empty", subjects: [path.text])
    }
    let atomic = try AtomicFile(temporaryFolder: layout.temporaryFolder, mode: entry.isExecutable ? 0o777 : 0o666)
    let file = atomic.file
    var done = 0
    try FileRebuild(store: store, loop: loop, verifiesChunks: false).run(manifest) { bytes in
      try file.write(bytes)
      done += bytes.count
      progress?(path, done, entry.byteCount)
    }
    guard let folder = try working.openParent(of: path, creating: true) else {
      throw StoreError(.missingFile, "the folder of '\(path)' does not exist", subjects: [path.text])
    }
    let before = FileStamp(try file.status())
    let renamed = FileStamp.nowNanoseconds()
    try atomic.publish(named: path.name, in: folder)
    let recorded = FileStamp.nowNanoseconds()
    let stamp = FileStamp(try file.status())
    return StagedFile(
      entry: entry, stamp: stamp,
      recordedNanoseconds: stamp.wasOnlyRenamed(since: before, at: renamed) ? recorded : 0)
  }
}
