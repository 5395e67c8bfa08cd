/// The lines that differ between two texts: a short edit script, each hunk slid as far down as it goes.
///
/// - Source: Myers, "An O(ND) difference algorithm and its variations", Algorithmica 1986, in linear space. Like git, it
///   gives up on the shortest script where that would cost more than the square root of the text's length per step.
/// - Cost: O(n·√n) time at worst, O(n) memory.
/// - Checked by: LineDifferenceTests, TextMergeTests (against git).
package struct LineDifference {
  /// Lines `old` of the first text stand where lines `new` of the second do; one of them may be empty, not both.
  package struct Hunk: Hashable, Sendable {
    package let old: Range<Int>
    package let new: Range<Int>
  }

  /// The hunks between two lists of lines, each line given by a number that equal lines share.
  package static func hunks(_ old: [Int], _ new: [Int]) -> [Hunk] {
    var (removed, inserted) = ChangedLines.marks(old, new)
    HunkSliding.slide(&removed, of: old, beside: inserted)
    HunkSliding.slide(&inserted, of: new, beside: removed)
    return hunks(removed: removed, inserted: inserted)
  }

  private static func hunks(removed: [Bool], inserted: [Bool]) -> [Hunk] {
    var hunks: [Hunk] = []
    var old = 0
    var new = 0
    while old < removed.count || new < inserted.count {
      let oldStart = old
      let newStart = new
      while old < removed.count, removed[old] { old += 1 }
      while new < inserted.count, inserted[new] { new += 1 }
      if old > oldStart || new > newStart { hunks.append(Hunk(old: oldStart..<old, new: newStart..<new)) }
      // Both stand at lines that are kept, the same ones, or both at the end.
      old += 1
      new += 1
    }
    return hunks
  }
}

/// Marks lines that have no partner in the other text.
private struct ChangedLines {
  private let old: [Int]
  private let new: [Int]
  private var removed: [Bool]
  private var inserted: [Bool]
  private var forward: [Int]
  private var backward: [Int]

  static func marks(_ old: [Int], _ new: [Int]) -> (removed: [Bool], inserted: [Bool]) {
    // Lines that the other text does not have need no search.
    let oldLines = Set(old)
    let newLines = Set(new)
    let oldKept = old.indices.filter { newLines.contains(old[$0]) }
    let newKept = new.indices.filter { oldLines.contains(new[$0]) }
    var changed = ChangedLines(oldKept.map { old[$0] }, newKept.map { new[$0] })
    changed.search()
    var removed = [Bool](repeating: true, count: old.count)
    var inserted = [Bool](repeating: true, count: new.count)
    for (position, index) in oldKept.enumerated() { removed[index] = changed.removed[position] }
    for (position, index) in newKept.enumerated() { inserted[index] = changed.inserted[position] }
    return (removed, inserted)
  }

  private init(_ old: [Int], _ new: [Int]) {
    self.old = old
    self.new = new
    removed = Array(repeating: false, count: old.count)
    inserted = Array(repeating: false, count: new.count)
    // Diagonals from −new.count − 1 to old.count + 1.
    let diagonalCount = old.count + new.count + 3
    forward = Array(repeating: 0, count: diagonalCount)
    backward = Array(repeating: 0, count: diagonalCount)
  }

  /// A box of the edit graph that is still to be searched.
  private struct Box {
    var old: Range<Int>
    var new: Range<Int>
  }

  private mutating func search() {
    var open = [Box(old: 0..<old.count, new: 0..<new.count)]
    while let box = open.popLast().map(trimmed) {
      if box.old.isEmpty {
        for index in box.new { inserted[index] = true }
      } else if box.new.isEmpty {
        for index in box.old { removed[index] = true }
      } else {
        let (x, y) = middle(of: box)
        open.append(Box(old: x..<box.old.upperBound, new: y..<box.new.upperBound))
        open.append(Box(old: box.old.lowerBound..<x, new: box.new.lowerBound..<y))
      }
    }
  }

  /// Without the lines that both ends have in common.
  private func trimmed(_ box: Box) -> Box {
    var (low, high) = (box.old.lowerBound, box.old.upperBound)
    var (newLow, newHigh) = (box.new.lowerBound, box.new.upperBound)
    while low < high, newLow < newHigh, old[low] == new[newLow] { (low, newLow) = (low + 1, newLow + 1) }
    while low < high, newLow < newHigh, old[high - 1] == new[newHigh - 1] { (high, newHigh) = (high - 1, newHigh - 1) }
    return Box(old: low..<high, new: newLow..<newHigh)
  }

  /// A point on a shortest path through the box, inside it: where the search from the front meets the one from the back.
  private mutating func middle(of box: Box) -> (x: Int, y: Int) {
    let origin = new.count + 1
    let (left, right) = (box.old.lowerBound, box.old.upperBound)
    let (top, bottom) = (box.new.lowerBound, box.new.upperBound)
    let first = left - top
    let last = right - bottom
    let isOdd = (first - last) % 2 != 0
    let limit = max(256, Int(Double(box.old.count + box.new.count).squareRoot()))
    forward[origin + first] = left
    backward[origin + last] = right
    var ahead = (low: first, high: first)
    var behind = (low: last, high: last)
    var step = 0
    while true {
      step += 1
      Self.widen(&ahead, within: (left - bottom, right - top), filling: &forward, with: -1, origin)
      for diagonal in stride(from: ahead.high, through: ahead.low, by: -2) {
        let (below, above) = (forward[origin + diagonal - 1], forward[origin + diagonal + 1])
        var x = below >= above ? below + 1 : above
        while x < right, x - diagonal < bottom, old[x] == new[x - diagonal] { x += 1 }
        forward[origin + diagonal] = x
        if isOdd, behind.low <= diagonal, diagonal <= behind.high, backward[origin + diagonal] <= x {
          return (x, x - diagonal)
        }
      }
      Self.widen(&behind, within: (left - bottom, right - top), filling: &backward, with: Int.max, origin)
      for diagonal in stride(from: behind.high, through: behind.low, by: -2) {
        let (below, above) = (backward[origin + diagonal - 1], backward[origin + diagonal + 1])
        var x = below < above ? below : above - 1
        while x > left, x - diagonal > top, old[x - 1] == new[x - diagonal - 1] { x -= 1 }
        backward[origin + diagonal] = x
        if !isOdd, ahead.low <= diagonal, diagonal <= ahead.high, x <= forward[origin + diagonal] {
          return (x, x - diagonal)
        }
      }
      if step >= limit { return furthest(in: box, ahead: ahead, behind: behind, origin) }
    }
  }

  /// One more diagonal on each side, or one less where the box ends; diagonals beyond stand for no point.
  private static func widen(
    _ range: inout (low: Int, high: Int), within bounds: (low: Int, high: Int), filling points: inout [Int],
    with outside: Int, _ origin: Int
  ) {
    if range.low > bounds.low {
      range.low -= 1
      points[origin + range.low - 1] = outside
    } else {
      range.low += 1
    }
    if range.high < bounds.high {
      range.high += 1
      points[origin + range.high + 1] = outside
    } else {
      range.high -= 1
    }
  }

  /// The point that has got furthest, from the front or from the back.
  private func furthest(
    in box: Box, ahead: (low: Int, high: Int), behind: (low: Int, high: Int), _ origin: Int
  ) -> (x: Int, y: Int) {
    var best = (x: box.old.lowerBound, y: box.new.lowerBound)
    var gained = 0
    for diagonal in stride(from: ahead.high, through: ahead.low, by: -2) {
      let x = min(forward[origin + diagonal], box.old.upperBound)
      let y = min(x - diagonal, box.new.upperBound)
      let gain = x - box.old.lowerBound + y - box.new.lowerBound
      if y >= box.new.lowerBound, gain > gained { (best, gained) = ((x, y), gain) }
    }
    for diagonal in stride(from: behind.high, through: behind.low, by: -2) {
      let x = max(backward[origin + diagonal], box.old.lowerBound)
      let y = max(x - diagonal, box.new.lowerBound)
      let gain = box.old.upperBound - x + box.new.upperBound - y
      if y <= box.new.upperBound, gain > gained { (best, gained) = ((x, y), gain) }
    }
    return best
  }
}
