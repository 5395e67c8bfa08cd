import Reports
import Testing

/// Pictures are those of `git log --graph --oneline` for the same histories, unless a comment says why not.
struct CommitGraphDrawingTests {
  /// Draws a history given as (commit, parents), children first, one line each.
  private func draw(_ history: [(String, [String])]) -> [String] {
    var drawing = CommitGraphDrawing()
    return history.flatMap { commit, parents in
      drawing.rows(for: commit, parents: parents, lineCount: 1).map { row in
        let text = row.lane + (row.line == nil ? "" : commit)
        return String(text.reversed().drop { $0 == " " }.reversed())
      }
    }
  }

  @Test func lineOfCommits() {
    #expect(draw([("c", ["b"]), ("b", ["a"]), ("a", [])]) == ["* c", "* b", "* a"])
  }

  @Test func mergeOfTwo() {
    let history = [("m", ["b", "c"]), ("c", ["a"]), ("b", ["a"]), ("a", [])]
    #expect(draw(history) == ["* m", "|\\", "| * c", "* | b", "|/", "* a"])
  }

  /// git draws three parents as `*-.`; here each further parent gets a row of its own.
  @Test func mergeOfThree() {
    let history = [("m", ["b", "c", "d"]), ("d", ["a"]), ("c", ["a"]), ("b", ["a"]), ("a", [])]
    #expect(
      draw(history) == [
        "* m", "|\\", "|\\ \\", "| | * d", "| * | c", "| |/", "* | b", "|/", "* a",
      ])
  }

  @Test func lanesThatCross() {
    let history = [("x", ["a"]), ("y", ["b"]), ("z", ["a"]), ("b", ["a"]), ("a", [])]
    #expect(draw(history) == ["* x", "| * y", "| | * z", "| |/", "|/|", "| * b", "|/", "* a"])
  }

  @Test func rootsCloseTheirLane() {
    #expect(draw([("m", ["a", "b"]), ("a", []), ("b", [])]) == ["* m", "|\\", "* | a", " /", "* b"])
  }

  @Test func descriptionLinesFollowTheLanes() {
    var drawing = CommitGraphDrawing()
    let rows = drawing.rows(for: "m", parents: ["a", "b"], lineCount: 3)
    #expect(rows.map(\.lane) == ["* ", "|\\ ", "| | ", "| | "])
    #expect(rows.map(\.line) == [0, nil, 1, 2])
    let side = drawing.rows(for: "b", parents: ["a"], lineCount: 2)
    #expect(side.map(\.lane) == ["| * ", "| | ", "|/"])
    #expect(side.map(\.line) == [0, 1, nil])
    let root = drawing.rows(for: "a", parents: [], lineCount: 2)
    #expect(root.map(\.lane) == ["* ", "  "])
  }
}
