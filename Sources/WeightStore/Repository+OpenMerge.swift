/// A merge that stopped at conflicts: kept in the database until it is continued or given up.
extension Repository {
  package func openMerge() throws(StoreError) -> OpenMerge? {
    try database.read { try OpenMergeTable.find(in: $0) }
  }

  /// - Throws: `StoreError.mergeInProgress`.
  package func checkNoMergeIsOpen() throws(StoreError) {
    guard let merge = try openMerge() else { return }
    throw StoreError(
      .mergeInProgress, "a merge of \(merge.names.dropFirst().joined(separator: ", ")) is open",
      subjects: merge.files.map(\.path.text))
  }

  /// Keeps a merge that cannot go on, and writes texts with both versions between markers for a person to edit. The branch
  /// and all other files stay as they are.
  ///
  /// - Parameter plan: what remains to be settled.
  package func stop(_ merge: OpenMerge, at plan: MergePlan) throws -> OpenMerge {
    let lock = try self.lock()
    let isNew = try openMerge() == nil
    var merge = merge
    let known = Dictionary(merge.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    merge.files = plan.fileConflicts.map { file in
      if !isNew, let known = known[file.path] { return known }
      return OpenMerge.File(path: file.path, marked: file.marked.map { SHA256.digest(of: $0) })
    }
    merge.tensorConflictCount = plan.tensorConflicts.count
    try publish(Publication(description: "merge: stopped", openMerge: .some(merge)))
    for file in plan.fileConflicts where isNew {
      guard let text = file.marked else { continue }
      try writeMarked(text, to: file.path)
    }
    for settled in known.keys where !merge.files.contains(where: { $0.path == settled }) {
      try takeBack(settled, marked: known[settled]?.marked)
    }
    withExtendedLifetime(lock) {}
    return merge
  }

  /// Gives the open merge up: what it staged and wrote goes back to the checked-out commit.
  package func abortMerge() throws {
    let lock = try self.lock()
    guard let merge = try openMerge() else { throw StoreError(.noOpenMerge, "no merge is open") }
    let committed = try headCommitID().map { try tree(of: $0).entries } ?? [:]
    let staged = try stage()
    var publication = Publication(description: "merge: aborted", openMerge: .some(nil))
    var paths = Set(merge.files.filter { $0.marked != nil }.map(\.path))
    paths.formUnion(SnapshotChanges.fileChanges(from: committed, to: stagedEntries(staged)).map(\.path))
    for path in paths.sorted() {
      if let entry = committed[path] {
        publication.stageChanges[path] = try write(entry, to: path, progress: nil)
      } else if staged[path] != nil {
        // A file of the user's: it is no longer staged, but stays.
        publication.stageChanges.updateValue(nil, forKey: path)
      } else {
        try working.remove(path)
      }
    }
    try publish(publication)
    withExtendedLifetime(lock) {}
  }

  /// What a person staged while the merge was open: these files are the result's, whatever the merge would make of them.
  package func filesMadeByHand() throws(StoreError) -> [RelativePath: Tree.Entry?] {
    let committed = try headCommitID().map { id throws(StoreError) in try tree(of: id).entries } ?? [:]
    let staged = stagedEntries(try stage())
    var made: [RelativePath: Tree.Entry?] = [:]
    for change in SnapshotChanges.fileChanges(from: committed, to: staged) {
      made.updateValue(change.after, forKey: change.path)
    }
    for path in try openMerge()?.settledFiles ?? [] { made.updateValue(staged[path], forKey: path) }
    return made
  }

  /// Files that are staged are settled, whatever they hold.
  func settling(_ paths: [RelativePath]) throws(StoreError) -> OpenMerge?? {
    guard var merge = try openMerge() else { return nil }
    let staged = Set(paths)
    merge.settledFiles.formUnion(merge.files.map(\.path).filter(staged.contains))
    merge.files.removeAll { staged.contains($0.path) }
    return .some(merge)
  }

  private func writeMarked(_ text: [UInt8], to path: RelativePath) throws(StoreError) {
    guard let folder = try working.openParent(of: path, creating: true) else { return }
    let isExecutable = try working.stamp(of: path)?.isExecutable ?? false
    let atomic = try AtomicFile(temporaryFolder: layout.temporaryFolder, mode: isExecutable ? 0o777 : 0o666)
    try text.withRawBytes { buffer throws(StoreError) in try atomic.file.write(buffer) }
    try atomic.publish(named: path.name, in: folder)
  }

  /// A file that is settled by a choice goes back to what is checked out, unless a person has edited it.
  private func takeBack(_ path: RelativePath, marked: Digest?) throws {
    guard let marked, try working.stamp(of: path) != nil else { return }
    guard try sha256(ofWorkingFile: path) == marked else { return }
    if let entry = try headCommitID().flatMap({ try tree(of: $0).entries[path] }) {
      _ = try write(entry, to: path, progress: nil)
    } else {
      try working.remove(path)
    }
  }
}
