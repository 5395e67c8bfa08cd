import Foundation
import Testing
import WeightStore

/// The graph of commits, compared with git on the same random graphs.
struct CommitGraphTests {
  /// Commit i may have parents below i.
  private struct Graph {
    var ids: [ObjectID<Commit>] = []
    var parents: [[Int]] = []
    var seconds: [Int64] = []
    private var commits: [ObjectID<Commit>: Commit] = [:]

    mutating func append(parents: [Int], unixSeconds: Int64) {
      let signature = Commit.Signature(name: "A", email: "a@b", unixSeconds: unixSeconds, zoneMinutes: 0)
      let commit = Commit(
        tree: ObjectID(.zero), parents: parents.map { ids[$0] }, author: signature, committer: signature,
        message: "\(ids.count)", recipe: Recipe(kind: .import))
      ids.append(commit.id)
      self.parents.append(parents)
      seconds.append(unixSeconds)
      commits[commit.id] = commit
    }

    var walker: CommitGraph {
      CommitGraph { [commits] id throws(StoreError) in
        guard let commit = commits[id] else { throw StoreError(.missingObject, "no commit \(id)") }
        return commit
      }
    }

    func index(_ id: ObjectID<Commit>) -> Int { ids.firstIndex(of: id) ?? -1 }
  }

  private static func random(seed: UInt64, count: Int) -> Graph {
    var random = DeterministicRandom(seed: seed)
    var graph = Graph()
    for index in 0..<count {
      let parentCount = index == 0 ? 0 : [1, 1, 1, 2, 2, 3, 0].randomElement(using: &random) ?? 1
      let nearby = Array(max(0, index - 6)..<index)
      let parents = Array(nearby.shuffled(using: &random).prefix(parentCount))
      graph.append(parents: parents, unixSeconds: 1_700_000_000 + Int64.random(in: 0...30, using: &random))
    }
    return graph
  }

  @Test func crissCrossHasTwoBases() throws {
    var graph = Graph()
    for parents in [[], [0], [0], [1, 2], [2, 1]] { graph.append(parents: parents, unixSeconds: 0) }
    let bases = try graph.walker.mergeBases(of: [graph.ids[3], graph.ids[4]])
    #expect(bases == [graph.ids[1], graph.ids[2]].sorted())
  }

  @Test func tipsAreGivenOnceInOrder() throws {
    var graph = Graph()
    for parents in [[], [0], [0], [1]] { graph.append(parents: parents, unixSeconds: 0) }
    let ids = graph.ids
    let walker = graph.walker
    #expect(try walker.tips(of: [ids[2], ids[0], ids[3], ids[2], ids[1]]) == [ids[2], ids[3]])
    #expect(try walker.tips(of: [ids[1], ids[1]]) == [ids[1]])
    #expect(try walker.tips(of: []) == [])
    #expect(try walker.isAncestor(ids[0], of: ids[3]))
    #expect(try walker.isAncestor(ids[3], of: ids[3]))
    #expect(try !walker.isAncestor(ids[2], of: ids[3]))
  }

  @Test func logShowsChildrenBeforeParentsAndNewestFirst() throws {
    for seed in 1...20 {
      let graph = CommitGraphTests.random(seed: UInt64(seed), count: 60)
      let order = try graph.walker.log(from: graph.ids).map { graph.index($0.id) }
      #expect(order.sorted() == Array(0..<60))
      var listed: Set<Int> = []
      for index in order {
        let children = (0..<60).filter { graph.parents[$0].contains(index) }
        #expect(listed.isSuperset(of: children))
        let free = (0..<60).filter { candidate in
          !listed.contains(candidate)
            && listed.isSuperset(of: (0..<60).filter { graph.parents[$0].contains(candidate) })
        }
        #expect(free.allSatisfy { graph.seconds[$0] <= graph.seconds[index] })
        listed.insert(index)
      }
    }
  }

  @Test func logOfManyCommitsIsFast() throws {
    var graph = Graph()
    graph.append(parents: [], unixSeconds: 0)
    for index in 1..<20_000 { graph.append(parents: [index - 1], unixSeconds: Int64(index)) }
    // All wide open at once: the worst case for picking the newest.
    var wide = Graph()
    for index in 0..<20_000 { wide.append(parents: [], unixSeconds: Int64(index)) }
    let start = ContinuousClock.now
    #expect(try graph.walker.log(from: graph.ids.suffix(1)).count == 20_000)
    #expect(try wide.walker.log(from: wide.ids).count == 20_000)
    #expect(try wide.walker.tips(of: wide.ids).count == 20_000)
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test(.enabled(if: RefNameTests.gitPath != nil, "compares with git"), arguments: 1...3)
  func agreesWithGit(_ seed: UInt64) throws {
    let graph = CommitGraphTests.random(seed: 100 + seed, count: 40)
    let git = try GitRepository()
    let marks = try git.importCommits(parents: graph.parents, seconds: graph.seconds)
    func indices(_ output: String) -> [Int] {
      output.split(separator: "\n").compactMap { line in marks.firstIndex(of: String(line)) }.sorted()
    }
    var random = DeterministicRandom(seed: seed)
    let walker = graph.walker
    for _ in 0..<25 {
      let picks = (0..<3).map { _ in Int.random(in: 0..<40, using: &random) }
      let ids = picks.map { graph.ids[$0] }
      let names = picks.map { marks[$0] }
      let pair = try git.run(["merge-base", "--all", names[0], names[1]])
      #expect(try walker.mergeBases(of: Array(ids.prefix(2))).map(graph.index).sorted() == indices(pair))
      let all = try git.run(["merge-base", "--octopus", "--all"] + names)
      #expect(try walker.mergeBases(of: ids).map(graph.index).sorted() == indices(all))
      let independent = try git.run(["merge-base", "--independent"] + names)
      #expect(try walker.tips(of: ids).map(graph.index).sorted() == indices(independent))
      let reachable = try git.run(["rev-list"] + names)
      #expect(try walker.ancestors(of: ids).map(graph.index).sorted() == indices(reachable))
    }
  }
}
