/// The commits that lead somewhere.
extension Repository {
  /// Children before parents, the newest first.
  ///
  /// - Parameters:
  ///   - paths: only commits that changed one of these files or folders; all if empty. A merge counts if its files differ
  ///     from those of every parent, as git has it. `nil` in it stands for the whole project.
  ///   - limit: at most so many.
  package func log(
    from starts: [ObjectID<Commit>], changing paths: [RelativePath?], limit: Int
  ) throws(StoreError) -> [(id: ObjectID<Commit>, commit: Commit)] {
    let all = try graph.log(from: starts)
    guard !paths.isEmpty, !paths.contains(nil) else { return Array(all.prefix(limit)) }
    let wanted = paths.compactMap(\.self)
    var known: [ObjectID<Commit>: [RelativePath: Tree.Entry]] = [:]
    func entries(_ id: ObjectID<Commit>) throws(StoreError) -> [RelativePath: Tree.Entry] {
      if let entries = known[id] { return entries }
      let entries = try tree(of: id).entries.filter { entry in
        wanted.contains { entry.key == $0 || entry.key.isBelow($0) }
      }
      known[id] = entries
      return entries
    }
    var found: [(id: ObjectID<Commit>, commit: Commit)] = []
    for (id, commit) in all where found.count < limit {
      let own = try entries(id)
      var isChanged = commit.parents.isEmpty ? !own.isEmpty : true
      for parent in commit.parents where try entries(parent) == own { isChanged = false }
      if isChanged { found.append((id, commit)) }
      known[id] = nil
    }
    return found
  }
}
