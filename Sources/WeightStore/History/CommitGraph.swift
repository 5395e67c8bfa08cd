/// The graph of commits: ancestors, merge bases, order.
package final class CommitGraph {
  private let load: (ObjectID<Commit>) throws(StoreError) -> Commit
  private var loaded: [ObjectID<Commit>: Commit] = [:]

  /// - Parameter load: reads a commit; each is asked for once.
  package init(load: @escaping (ObjectID<Commit>) throws(StoreError) -> Commit) {
    self.load = load
  }

  package func commit(_ id: ObjectID<Commit>) throws(StoreError) -> Commit {
    if let commit = loaded[id] { return commit }
    let commit = try load(id)
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

  /// Whether `descendant` is `id` or comes after it.
  package func isAncestor(_ id: ObjectID<Commit>, of descendant: ObjectID<Commit>) throws(StoreError) -> Bool {
    var found: Set<ObjectID<Commit>> = [descendant]
    var open = [descendant]
    while let next = open.popLast() {
      if next == id { return true }
      for parent in try commit(next).parents where found.insert(parent).inserted { open.append(parent) }
    }
    return false
  }

  /// The commits that are not ancestors of others, each once, in the order given.
  package func tips(of ids: [ObjectID<Commit>]) throws(StoreError) -> [ObjectID<Commit>] {
    var seen: Set<ObjectID<Commit>> = []
    let unique = ids.filter { seen.insert($0).inserted }
    guard unique.count > 1 else { return unique }
    var parents: [ObjectID<Commit>] = []
    for id in unique { parents += try commit(id).parents }
    let covered = try ancestors(of: parents)
    return unique.filter { !covered.contains($0) }
  }

  /// The best common ancestors of all `ids`: those from which no other common ancestor descends.
  package func mergeBases(of ids: [ObjectID<Commit>]) throws(StoreError) -> [ObjectID<Commit>] {
    guard let first = ids.first else { return [] }
    var common = try ancestors(of: [first])
    for id in ids.dropFirst() { common.formIntersection(try ancestors(of: [id])) }
    // Every ancestor of a common ancestor is one too, so the parents of all are exactly the ones that are not best.
    var best = common
    for id in common { best.subtract(try commit(id).parents) }
    return best.sorted()
  }

  /// Children before parents; among those that are free to come next, the newest first.
  ///
  /// - Cost: n commits in O(n log n).
  package func log(from starts: [ObjectID<Commit>]) throws(StoreError) -> [(id: ObjectID<Commit>, commit: Commit)] {
    var pendingChildren: [ObjectID<Commit>: Int] = [:]
    let all = try ancestors(of: starts)
    for id in all {
      for parent in Set(try commit(id).parents) { pendingChildren[parent, default: 0] += 1 }
    }
    var free = PriorityQueue<Free>()
    for id in all where pendingChildren[id, default: 0] == 0 {
      free.insert(Free(id: id, unixSeconds: try commit(id).committer.unixSeconds))
    }
    var order: [(id: ObjectID<Commit>, commit: Commit)] = []
    order.reserveCapacity(all.count)
    while let next = free.popFirst() {
      let commit = try self.commit(next.id)
      order.append((next.id, commit))
      for parent in Set(commit.parents) {
        pendingChildren[parent, default: 0] -= 1
        guard pendingChildren[parent] == 0 else { continue }
        free.insert(Free(id: parent, unixSeconds: try self.commit(parent).committer.unixSeconds))
      }
    }
    return order
  }

  /// A commit whose children have all been listed; the newest, and then the greatest id, comes first.
  private struct Free: Comparable {
    let id: ObjectID<Commit>
    let unixSeconds: Int64

    static func < (left: Free, right: Free) -> Bool {
      (left.unixSeconds, left.id) > (right.unixSeconds, right.id)
    }
  }
}

extension Repository {
  package var graph: CommitGraph {
    CommitGraph { [store] id throws(StoreError) in try store.load(id) }
  }
}
