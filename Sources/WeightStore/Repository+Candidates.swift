/// Commits that wait aside until they may become the tip of their branch.
extension Repository {
  /// Moves a branch to a commit that was made from its tip and waits as its candidate, or makes the branch. Working folder and
  /// stage stay as they are.
  ///
  /// - Throws: `StoreError.branchMoved` if the branch stands elsewhere by now.
  package func adopt(_ commit: ObjectID<Commit>, on branch: String, description: String) throws(StoreError) {
    let lock = try self.lock()
    let name = try RefName.branch(branch)
    let candidate = try RefName.candidate(of: branch)
    let before = try target(of: name)
    let parent = try graph.commit(commit).parents.first
    guard before == nil || parent == before else {
      throw StoreError(
        .branchMoved, "branch '\(branch)' does not stand where \(commit.short) was made from", subjects: [branch])
    }
    var changes = [Operation.RefChange(name: name, before: before, after: commit)]
    if let waiting = try target(of: candidate) {
      changes.append(Operation.RefChange(name: candidate, before: waiting, after: nil))
    }
    try publish(Publication(description: description, refChanges: changes))
    withExtendedLifetime(lock) {}
  }
}
