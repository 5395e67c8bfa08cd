/// Results of computations that are kept by the hash of everything they were computed from: `refs/steps/<key>`.
///
/// A step is found again by its key, whoever computed it and for whatever recipe, and its ref keeps it from `gc`.
extension Repository {
  /// The commits of all steps, by key.
  package func steps() throws(StoreError) -> [Digest: ObjectID<Commit>] {
    var steps: [Digest: ObjectID<Commit>] = [:]
    for ref in try refs() {
      if let key = ref.name.stepKey { steps[key] = ref.target }
    }
    return steps
  }

  /// Records weights that were computed from those of `parent` as the result of a step. No branch moves.
  ///
  /// - Parameters:
  ///   - files: new content of files; all others come from `parent`.
  ///   - removed: files of `parent` that are not in the commit.
  package func commit(
    files: [RelativePath: any ByteSource], removing removed: Set<RelativePath> = [], onto parent: ObjectID<Commit>,
    step: Digest, message: String, signature: Commit.Signature, recipe: Recipe
  ) throws -> CommitOutcome {
    let lock = try self.lock()
    defer { withExtendedLifetime(lock) {} }
    return try commit(
      files: files, removing: removed, onto: parent, at: RefName.step(step), branch: nil, description: "step",
      message: message, author: signature, committer: signature, recipe: recipe)
  }

  /// Makes a commit that is there already the result of a step.
  package func keep(_ commit: ObjectID<Commit>, as step: Digest) throws(StoreError) {
    let lock = try self.lock()
    let name = RefName.step(step)
    let before = try target(of: name)
    if before != commit {
      let subject = try graph.commit(commit).subject
      let change = Operation.RefChange(name: name, before: before, after: commit)
      try publish(Publication(description: "step: \(subject)", refChanges: [change]))
    }
    withExtendedLifetime(lock) {}
  }

  /// Moves branches, or makes them, all at once. The branch that is checked out must stay where it is.
  ///
  /// - Throws: `StoreError.branchInUse`, `.branchExists` for a name that cannot stand beside another.
  package func moveBranches(_ targets: [String: ObjectID<Commit>], description: String) throws(StoreError) {
    let lock = try self.lock()
    var changes: [Operation.RefChange] = []
    for (branch, target) in targets.sorted(by: { $0.key < $1.key }) {
      let name = try RefName.branch(branch)
      let before = try self.target(of: name)
      guard before != target else { continue }
      guard try head() != .branch(name) else {
        throw StoreError(.branchInUse, "'\(branch)' is checked out and cannot be moved", subjects: [branch])
      }
      try checkNoRefIsAFolder(name)
      changes.append(Operation.RefChange(name: name, before: before, after: target))
    }
    if !changes.isEmpty { try publish(Publication(description: description, refChanges: changes)) }
    withExtendedLifetime(lock) {}
  }
}
