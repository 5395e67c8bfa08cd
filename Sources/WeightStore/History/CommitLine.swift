/// The commits of a branch that another one lacks, as a line: what a rebase carries over.
package struct CommitLine: Sendable {
  /// The newest commit that both have.
  package let start: ObjectID<Commit>
  /// Oldest first; each is the next one's only parent.
  package let commits: [ObjectID<Commit>]
  /// A merge on the way, where the line ends: its change is not that of one commit.
  package let merge: ObjectID<Commit>?

  /// - Throws: `StoreError.unrelatedHistories` if the two have no commit in common.
  package init(
    from upstream: ObjectID<Commit>, to tip: ObjectID<Commit>, in graph: CommitGraph
  ) throws(StoreError) {
    let held = try graph.ancestors(of: [upstream])
    var commits: [ObjectID<Commit>] = []
    var merge: ObjectID<Commit>?
    var next = tip
    while !held.contains(next) {
      let parents = try graph.commit(next).parents
      guard let parent = parents.first else {
        throw StoreError(.unrelatedHistories, "\(tip.short) and \(upstream.short) have no common ancestor")
      }
      if parents.count > 1, merge == nil { merge = next }
      commits.append(next)
      next = parent
    }
    start = next
    self.commits = commits.reversed()
    self.merge = merge
  }
}
