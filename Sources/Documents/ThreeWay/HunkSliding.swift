/// A run of changed lines between equal lines can stand in several places: inserting `b a` after `a` in `a c` gives the same
/// text as inserting `a b` before it. One place is chosen: beside a change of the other text if there is one, else as far
/// down as possible. It is the choice that git makes, so that merges conflict where git's do.
struct HunkSliding {
  /// A run of changed lines; empty between two lines that are kept.
  private struct Run {
    var start: Int
    var end: Int

    init(from start: Int, in marks: [Bool]) {
      self.start = start
      end = start
      while end < marks.count, marks[end] { end += 1 }
    }

    var isEmpty: Bool { start == end }

    /// The run behind the next kept line; `false` at the end of the text.
    mutating func advance(in marks: [Bool]) -> Bool {
      guard end < marks.count else { return false }
      self = Run(from: end + 1, in: marks)
      return true
    }

    mutating func retreat(in marks: [Bool]) {
      guard start > 0 else { return }
      end = start - 1
      start = end
      while start > 0, marks[start - 1] { start -= 1 }
    }
  }

  /// Moves the marks of one text. The n-th kept lines of both texts are partners, before and after.
  static func slide(_ marks: inout [Bool], of lines: [Int], beside otherMarks: [Bool]) {
    var run = Run(from: 0, in: marks)
    var other = Run(from: 0, in: otherMarks)
    repeat {
      if !run.isEmpty { place(&run, &marks, lines, &other, otherMarks) }
    } while run.advance(in: marks) && other.advance(in: otherMarks)
  }

  private static func place(
    _ run: inout Run, _ marks: inout [Bool], _ lines: [Int], _ other: inout Run, _ otherMarks: [Bool]
  ) {
    var lineCount: Int
    var isBeside: Bool
    var highestEnd: Int
    // A run that meets its neighbour grows: then there may be more ways to go.
    repeat {
      lineCount = run.end - run.start
      while moveUp(&run, &marks, lines) { other.retreat(in: otherMarks) }
      highestEnd = run.end
      isBeside = !other.isEmpty
      while moveDown(&run, &marks, lines) {
        _ = other.advance(in: otherMarks)
        if !other.isEmpty { isBeside = true }
      }
    } while lineCount != run.end - run.start
    guard run.end != highestEnd, isBeside else { return }
    while other.isEmpty, moveUp(&run, &marks, lines) { other.retreat(in: otherMarks) }
  }

  private static func moveUp(_ run: inout Run, _ marks: inout [Bool], _ lines: [Int]) -> Bool {
    guard run.start > 0, lines[run.start - 1] == lines[run.end - 1] else { return false }
    run.start -= 1
    run.end -= 1
    marks[run.start] = true
    marks[run.end] = false
    while run.start > 0, marks[run.start - 1] { run.start -= 1 }
    return true
  }

  private static func moveDown(_ run: inout Run, _ marks: inout [Bool], _ lines: [Int]) -> Bool {
    guard run.end < lines.count, lines[run.start] == lines[run.end] else { return false }
    marks[run.start] = false
    marks[run.end] = true
    run.start += 1
    run.end += 1
    while run.end < lines.count, marks[run.end] { run.end += 1 }
    return true
  }
}
