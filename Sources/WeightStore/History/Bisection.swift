/// Finds the first bad commit by halving: git's bisection, on a graph.
///
/// Every commit that the bad one descends from, and no good one is or descends from, may be the first bad one. The next to be
/// tested is the one that splits them most evenly, whatever it turns out to be.
package struct Bisection {
  package enum Answer: Sendable {
    case good
    case bad
    /// It could not be tested.
    case untested
  }

  package enum State: Equatable {
    case test(ObjectID<Commit>)
    case found(ObjectID<Commit>)
    /// Only commits that could not be tested are left; the first bad one is among them.
    case undecided([ObjectID<Commit>])
  }

  private let graph: CommitGraph
  private var bad: ObjectID<Commit>
  private var good: [ObjectID<Commit>]
  private var untested: Set<ObjectID<Commit>> = []

  package init(_ graph: CommitGraph, good: [ObjectID<Commit>], bad: ObjectID<Commit>) {
    self.graph = graph
    self.good = good
    self.bad = bad
  }

  package mutating func mark(_ id: ObjectID<Commit>, _ answer: Answer) {
    switch answer {
    case .good: good.append(id)
    case .bad: bad = id
    case .untested: untested.insert(id)
    }
  }

  /// The commits that may be the first bad one, newest first, the known bad one among them.
  package func candidates() throws(StoreError) -> [ObjectID<Commit>] {
    let cleared = try graph.ancestors(of: good)
    var candidates: [ObjectID<Commit>] = []
    for (id, _) in try graph.log(from: [bad]) where !cleared.contains(id) { candidates.append(id) }
    return candidates
  }

  /// - Cost: n candidates take n² / 64 words.
  package func state() throws(StoreError) -> State {
    let candidates = try candidates()
    guard candidates.count > 1 else { return .found(bad) }
    let counts = try reachCounts(candidates)
    var best: (id: ObjectID<Commit>, size: Int)?
    for (id, count) in zip(candidates, counts) where id != bad && !untested.contains(id) {
      let size = min(count, candidates.count - count)
      if size > best?.size ?? -1 { best = (id, size) }
    }
    return best.map { .test($0.id) } ?? .undecided(candidates)
  }

  /// How many of the candidates each one is or descends from.
  private func reachCounts(_ candidates: [ObjectID<Commit>]) throws(StoreError) -> [Int] {
    let positions = Dictionary(zip(candidates, candidates.indices), uniquingKeysWith: { first, _ in first })
    let wordCount = (candidates.count + 63) / 64
    var reach: [[UInt64]] = Array(repeating: [], count: candidates.count)
    // Parents come after their children.
    for index in candidates.indices.reversed() {
      var words = [UInt64](repeating: 0, count: wordCount)
      words[index / 64] |= 1 << UInt64(index % 64)
      for parent in try graph.commit(candidates[index]).parents {
        guard let position = positions[parent] else { continue }
        for word in words.indices { words[word] |= reach[position][word] }
      }
      reach[index] = words
    }
    return reach.map { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
  }
}
