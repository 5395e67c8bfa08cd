import Documents

/// Making commits.
extension Repository {
  package struct CommitOutcome: Sendable {
    package let id: ObjectID<Commit>
    package let commit: Commit
    /// `nil` when no branch is checked out.
    package let branch: String?
    package let changes: SnapshotChanges
    /// Bytes in the repository that this commit's tree needs and its first parent's does not.
    package let storedByteCount: Int
  }

  /// Records the stage as a commit on what is checked out.
  ///
  /// - Parameters:
  ///   - aside: the branch stays; the commit waits under `refs/candidates/<branch>` for `adopt`.
  ///   - details: of the recipe.
  ///   - note: for the operation log.
  /// - Throws: `StoreError.nothingToCommit` if the stage equals the parent's tree, unless `allowEmpty`.
  package func commit(
    message: String, author: Commit.Signature, committer: Commit.Signature, allowEmpty: Bool = false,
    aside: Bool = false, details: JSONObject = [:], note: String = ""
  ) throws(StoreError) -> CommitOutcome {
    let lock = try self.lock()
    let head = try self.head()
    let parent = try headCommitID()
    let tree = Tree(entries: stagedEntries(try stage()))
    let parentTree = try parent.map { id throws(StoreError) in try self.tree(of: id) } ?? Tree()
    guard allowEmpty || tree != parentTree else {
      throw StoreError(.nothingToCommit, "the stage holds nothing that '\(head.branchName ?? "HEAD")' does not hold")
    }
    var writer = ObjectWriter(store: store)
    let commit = Commit(
      tree: try writer.put(tree), parents: [parent].compactMap { $0 }, author: author, committer: committer,
      message: message, recipe: Recipe(kind: .import, details: details))
    let id = try writer.put(commit)
    let description = "commit: \(commit.subject)\(note)"
    if aside {
      let candidate = try RefName.candidate(of: head.branchName ?? "HEAD")
      let change = Operation.RefChange(name: candidate, before: try target(of: candidate), after: id)
      try publish(Publication(description: description, refChanges: [change]), writer: writer)
    } else {
      try publish(moving(head, from: parent, to: id, description: description), writer: writer)
    }
    withExtendedLifetime(lock) {}
    return try outcome(id, commit, branch: head.branchName, tree: tree, parentTree: parentTree)
  }

  /// Records a checkpoint that was made by training as a commit on `branch`, which is made if it does not exist.
  ///
  /// The working folder is not touched. For the branch that is checked out commit `aside`, under
  /// `refs/candidates/<branch>`, and then `fastForward`.
  ///
  /// - Parameters:
  ///   - files: new content of files; all others come from `parent`.
  ///   - removed: files of `parent` that are not in the commit.
  /// - Throws: `StoreError.branchMoved` unless the branch, if it exists, still stands at `parent`.
  package func commit(
    files: [RelativePath: any ByteSource], removing removed: Set<RelativePath> = [], onto parent: ObjectID<Commit>,
    branch: String, aside: Bool = false, message: String, author: Commit.Signature,
    committer: Commit.Signature, recipe: Recipe
  ) throws -> CommitOutcome {
    let lock = try self.lock()
    defer { withExtendedLifetime(lock) {} }
    let name = try RefName.branch(branch)
    let before = try target(of: name)
    guard before == nil || before == parent else {
      throw StoreError(
        .branchMoved, "branch '\(branch)' does not stand at \(parent.short), from which the weights were trained",
        subjects: [branch])
    }
    if before == nil { try checkNoRefIsAFolder(name) }
    return try commit(
      files: files, removing: removed, onto: parent, at: aside ? RefName.candidate(of: branch) : name, branch: branch,
      description: "finetune", message: message, author: author, committer: committer, recipe: recipe)
  }

  /// Stores files, makes the commit and lets a ref stand at it. The caller holds the writer lock.
  func commit(
    files: [RelativePath: any ByteSource], removing removed: Set<RelativePath>, onto parent: ObjectID<Commit>,
    at ref: RefName, branch: String?, description: String, message: String, author: Commit.Signature,
    committer: Commit.Signature, recipe: Recipe
  ) throws -> CommitOutcome {
    let parentTree = try tree(of: parent)
    var tree = parentTree
    var writer: ObjectWriter? = ObjectWriter(store: store)
    let bases = BaseCatalog(store: store, trees: [parentTree.entries])
    for path in removed { tree.entries[path] = nil }
    for (path, source) in files.sorted(by: { $0.key < $1.key }) {
      tree.entries[path] = try entry(
        for: source, path: path, replacing: parentTree.entries[path], bases: bases, writer: &writer)
    }
    try writer?.put(tree)
    let commit = Commit(
      tree: tree.id, parents: [parent], author: author, committer: committer, message: message, recipe: recipe)
    try writer?.put(commit)
    let change = Operation.RefChange(name: ref, before: try target(of: ref), after: commit.id)
    if let writer = writer.take() {
      try publish(Publication(description: "\(description): \(commit.subject)", refChanges: [change]), writer: writer)
    }
    return try outcome(commit.id, commit, branch: branch, tree: tree, parentTree: parentTree)
  }

  func entry(
    for source: some ByteSource, path: RelativePath, replacing old: Tree.Entry?, bases: BaseCatalog,
    writer: inout ObjectWriter?
  ) throws -> Tree.Entry {
    let manifest = try FileIngest(loop: loop, progress: nil).manifest(
      of: source, path: path, bases: bases, writer: &writer)
    try writer?.put(manifest)
    return Tree.Entry(
      kind: FileIngest.kind(of: path), isExecutable: old?.isExecutable ?? false, byteCount: manifest.byteCount,
      sha256: manifest.sha256, manifest: manifest.id)
  }

  package func tree(of commit: ObjectID<Commit>) throws(StoreError) -> Tree {
    try store.load(store.load(commit).tree)
  }

  func moving(
    _ head: Head, from before: ObjectID<Commit>?, to after: ObjectID<Commit>, description: String
  ) -> Publication {
    switch head {
    case .branch(let name):
      Publication(
        description: description, refChanges: [Operation.RefChange(name: name, before: before, after: after)])
    case .detached: Publication(description: description, headAfter: .detached(after))
    }
  }

  func outcome(
    _ id: ObjectID<Commit>, _ commit: Commit, branch: String?, tree: Tree, parentTree: Tree
  ) throws(StoreError) -> CommitOutcome {
    let changes = try SnapshotChanges(from: parentTree, to: tree, store: store)
    return CommitOutcome(
      id: id, commit: commit, branch: branch, changes: changes,
      storedByteCount: try store.storedByteCount(of: changes.newChunks))
  }
}
