/// What a checkout will write and remove, decided before anything is touched.
struct CheckoutPlan {
  struct Write {
    let path: RelativePath
    let entry: Tree.Entry
  }

  private(set) var writes: [Write] = []
  /// Files to take away. They go first: one may be in the way of a folder.
  private(set) var removals: [RelativePath] = []
  /// Paths that leave the stage.
  private(set) var unstaged: [RelativePath] = []
  /// Where something stands that nobody else has: local changes, untracked files.
  private(set) var lost: Set<RelativePath> = []

  private let repository: Repository

  init(
    _ repository: Repository, from current: Tree, to target: Tree, staged: [RelativePath: StagedFile]
  ) throws(StoreError) {
    self.repository = repository
    for change in SnapshotChanges.fileChanges(from: current.entries, to: target.entries) {
      try consider(change, staged: staged[change.path])
    }
    try checkTheWayIsFree(staged: staged)
  }

  private mutating func consider(
    _ change: SnapshotChanges.FileChange, staged: StagedFile?
  ) throws(StoreError) {
    // The stage is there already.
    if staged?.entry == change.after { return }
    guard staged?.entry == change.before else {
      lost.insert(change.path)
      return
    }
    let occupant = try repository.working.occupant(of: change.path)
    guard try isExpendable(occupant, change, staged: staged) else {
      lost.insert(change.path)
      return
    }
    if let entry = change.after {
      writes.append(Write(path: change.path, entry: entry))
    } else {
      unstaged.append(change.path)
      if case .file = occupant { removals.append(change.path) }
    }
  }

  /// Whether what stands at a path can be had again: it is the staged file, or already what the checkout wants, as after
  /// a checkout that was interrupted.
  private func isExpendable(
    _ occupant: WorkingFolder.Occupant, _ change: SnapshotChanges.FileChange, staged: StagedFile?
  ) throws(StoreError) -> Bool {
    switch occupant {
    case .nothing, .folder: return true
    case .special: return false
    case .file(let stamp, let isExecutable):
      if let staged, case .same = try repository.compare(change.path, with: staged) { return true }
      guard let after = change.after, after.byteCount == stamp.byteCount, after.isExecutable == isExecutable else {
        return false
      }
      return try repository.sha256(ofWorkingFile: change.path) == after.sha256
    }
  }

  /// Whatever stands on the way to a new file, or in a folder that becomes a file, must be among the removals.
  private mutating func checkTheWayIsFree(staged: [RelativePath: StagedFile]) throws(StoreError) {
    let leaving = Set(removals)
    var open: Set<RelativePath> = []
    for write in writes {
      for ancestor in write.path.ancestors where !open.contains(ancestor) {
        switch try repository.working.occupant(of: ancestor) {
        case .nothing, .folder: open.insert(ancestor)
        case .file where leaving.contains(ancestor): open.insert(ancestor)
        case .file, .special: lost.insert(ancestor)
        }
      }
      guard case .folder = try repository.working.occupant(of: write.path) else { continue }
      let walk = try FolderWalk(repository.working, below: write.path)
      let others = walk.files.filter { !leaving.contains($0) }
      lost.formUnion(others)
      if others.isEmpty, !walk.skipped.isEmpty || !walk.controlFolders.isEmpty { lost.insert(write.path) }
    }
    checkTheStageStaysSound(staged: staged)
  }

  /// A staged file that is in neither commit may be a folder of the other one's files.
  private mutating func checkTheStageStaysSound(staged: [RelativePath: StagedFile]) {
    let written = Set(writes.map(\.path))
    let kept = Set(staged.keys).subtracting(unstaged).subtracting(written)
    for path in written { lost.formUnion(path.ancestors.filter(kept.contains)) }
    for path in kept where path.ancestors.contains(where: written.contains) { lost.insert(path) }
  }
}
