/// The graph of commits: ancestors, merge bases, order.
package final class CommitGraph {
  private let store: ObjectStore
  private var loaded: [ObjectID<Commit>: Commit] = [:]

  init(store: ObjectStore) {
    self.store = store
  }

  package func commit(_ id: ObjectID<Commit>) throws(StoreError) -> Commit {
    if let commit = loaded[id] { return commit }
    let commit = try store.load(id)
    loaded[id] = commit
    return commit
  }

  /// All commits reachable from `starts`, the starts included.
  package func ancestors(of starts: [ObjectID<Commit>]) throws(StoreError) -> Set<ObjectID<Commit>> {
    var found = Set(starts)
    var open = starts
    while let id = open.popLast() {
      for parent in try commit(id).parents where found.insert(parent).inserted { open.append(parent) }
    }
    return found
  }

  package func isAncestor(_ id: ObjectID<Commit>, of descendant: ObjectID<Commit>) throws(StoreError) -> Bool {
    try ancestors(of: [descendant]).contains(id)
  }

  /// The commits that are not ancestors of others, each once, in the order given.
  package func tips(of ids: [ObjectID<Commit>]) throws(StoreError) -> [ObjectID<Commit>] {
    var seen: Set<ObjectID<Commit>> = []
    let unique = ids.filter { seen.insert($0).inserted }
    var tips: [ObjectID<Commit>] = []
    for id in unique {
      var isCovered = false
      for other in unique where other != id {
        if try isAncestor(id, of: other) { isCovered = true }
      }
      if !isCovered { tips.append(id) }
    }
    return tips
  }

  /// The best common ancestors of all `ids`: those from which no other common ancestor descends.
  package func mergeBases(of ids: [ObjectID<Commit>]) throws(StoreError) -> [ObjectID<Commit>] {
    guard let first = ids.first else { return [] }
    var common = try ancestors(of: [first])
    for id in ids.dropFirst() { common.formIntersection(try ancestors(of: [id])) }
    var covered: Set<ObjectID<Commit>> = []
    for id in common { covered.formUnion(try ancestors(of: commit(id).parents)) }
    return common.subtracting(covered).sorted()
  }

  /// Children before parents; among those that are free to come next, the newest first.
  package func log(from starts: [ObjectID<Commit>]) throws(StoreError) -> [(id: ObjectID<Commit>, commit: Commit)] {
    var pendingChildren: [ObjectID<Commit>: Int] = [:]
    let all = try ancestors(of: starts)
    for id in all {
      for parent in Set(try commit(id).parents) { pendingChildren[parent, default: 0] += 1 }
    }
    var free = all.filter { pendingChildren[$0, default: 0] == 0 }
    var order: [(id: ObjectID<Commit>, commit: Commit)] = []
    while let next = try newest(of: free) {
      free.remove(next)
      let commit = try self.commit(next)
      order.append((next, commit))
      for parent in Set(commit.parents) {
        pendingChildren[parent, default: 0] -= 1
        if pendingChildren[parent] == 0 { free.insert(parent) }
      }
    }
    return order
  }

  private func newest(of ids: Set<ObjectID<Commit>>) throws(StoreError) -> ObjectID<Commit>? {
    var best: (id: ObjectID<Commit>, time: Int64)?
    for id in ids {
      let time = try commit(id).committer.unixSeconds
      if let current = best, (current.time, current.id) >= (time, id) { continue }
      best = (id, time)
    }
    return best?.id
  }
}

extension Repository {
  package var graph: CommitGraph { CommitGraph(store: store) }
}
