import Reports
import Testing

struct CommitLanesTests {
  @Test func aMergeBranchesOffAndComesTogether() {
    let lanes = CommitLanes([("m", ["a", "b"]), ("b", ["r"]), ("a", ["r"]), ("r", [])])
    #expect(lanes.columnCount == 2)
    #expect(lanes.rows.map(\.column) == [0, 1, 0, 0])
    #expect(lanes.rows[0].above.isEmpty)
    #expect(lanes.rows[0].below.map { [$0.from, $0.to] } == [[0, 0], [0, 1]])
    // The side branch runs straight past `a`, and meets it at the root.
    #expect(lanes.rows[2].below.map { [$0.from, $0.to] } == [[1, 1], [0, 0]])
    #expect(lanes.rows[3].above.map { [$0.from, $0.to] } == [[0, 0], [1, 0]])
    #expect(lanes.rows[3].below.isEmpty)
  }

  @Test func aFreeColumnIsTakenAgain() {
    let lanes = CommitLanes([("c", ["a"]), ("b", []), ("d", ["a"]), ("a", [])])
    // `b` has no parent: its column is free for `d`.
    #expect(lanes.rows.map(\.column) == [0, 1, 1, 0])
    #expect(lanes.columnCount == 2)
  }

  @Test func parentsThatAreNotShownHaveNoLine() {
    let lanes = CommitLanes([("b", ["a", "x"])])
    #expect(lanes.rows == CommitLanes([("b", [])]).rows)
    #expect(CommitLanes([]).columnCount == 0)
  }

  @Test func everyLineGoesOnFromWhereItEnded() {
    // Pseudo-random histories: what leaves a row at the bottom enters the next at the top.
    var state: UInt64 = 7
    for _ in 0..<50 {
      var commits: [(id: String, parents: [String])] = []
      for index in 0..<30 {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        let count = index == 29 ? 0 : Int(state >> 60) % 4
        let parents = (0..<count).map { min(29, index + 1 + (Int(state >> (8 * UInt64($0) + 8)) & 7)) }
        commits.append(("\(index)", Array(Set(parents)).sorted().map(String.init)))
      }
      let rows = CommitLanes(commits).rows
      for (row, next) in zip(rows, rows.dropFirst()) {
        #expect(Set(row.below.map(\.to)) == Set(next.above.map(\.from)))
      }
    }
  }
}
