import Testing
import WeightStore

/// On made-up graphs, against the answer that is known.
struct BisectionTests {
  private static func id(_ number: Int) -> ObjectID<Commit> { ObjectID(SHA256.digest(of: Array("\(number)".utf8))) }

  /// Commit n has the parents `parents[n]`.
  private func graph(_ parents: [[Int]]) -> CommitGraph {
    var commits: [ObjectID<Commit>: Commit] = [:]
    for (number, parents) in parents.enumerated() {
      let who = Commit.Signature(name: "A", email: "a@b", unixSeconds: Int64(number), zoneMinutes: 0)
      commits[Self.id(number)] = Commit(
        tree: ObjectID(SHA256.digest(of: [])), parents: parents.map(Self.id), author: who, committer: who,
        message: "\(number)", recipe: Recipe(kind: .import))
    }
    let all = commits
    return CommitGraph { id throws(StoreError) in
      guard let commit = all[id] else { throw StoreError(.missingObject, "none") }
      return commit
    }
  }

  private func search(
    _ parents: [[Int]], firstBad: Int, untested: Set<Int> = []
  ) throws -> (state: Bisection.State, tested: Int) {
    let graph = graph(parents)
    var bisection = Bisection(graph, good: [Self.id(0)], bad: Self.id(parents.count - 1))
    var tested = 0
    while case .test(let next) = try bisection.state() {
      tested += 1
      #expect(tested <= parents.count)
      guard tested <= parents.count else { break }
      if untested.contains(where: { Self.id($0) == next }) {
        bisection.mark(next, .untested)
      } else {
        bisection.mark(next, try graph.isAncestor(Self.id(firstBad), of: next) ? .bad : .good)
      }
    }
    return (try bisection.state(), tested)
  }

  @Test func aLineIsHalved() throws {
    let parents = (0..<100).map { $0 == 0 ? [] : [$0 - 1] }
    for firstBad in [1, 2, 50, 63, 98, 99] {
      let result = try search(parents, firstBad: firstBad)
      #expect(result.state == .found(Self.id(firstBad)))
      #expect(result.tested <= 7)
    }
  }

  @Test func bothSidesOfAMergeAreSearched() throws {
    // 0 - 1 - 3 - 5 - 7 - 8, and 0 - 2 - 4 - 6 - 7.
    let parents = [[], [0], [0], [1], [2], [3], [4], [5, 6], [7]]
    for firstBad in 1...8 { #expect(try search(parents, firstBad: firstBad).state == .found(Self.id(firstBad))) }
  }

  @Test func whatCannotBeTestedIsPassedBy() throws {
    let parents = (0..<20).map { $0 == 0 ? [] : [$0 - 1] }
    #expect(try search(parents, firstBad: 13, untested: [9, 10]).state == .found(Self.id(13)))
    #expect(
      try search(parents, firstBad: 13, untested: [12, 13]).state
        == .undecided([Self.id(14), Self.id(13), Self.id(12)]))
  }
}
