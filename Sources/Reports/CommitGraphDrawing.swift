/// Draws the graph of commits beside their descriptions, as `git log --graph` does.
///
/// Each lane is a column that waits for one commit. A commit's row has `*` in its lane; rows below it let lanes of further
/// parents branch off (`\`) and lanes that wait for the same commit come together (`/`).
package struct CommitGraphDrawing {
  package struct Row: Sendable, Hashable {
    /// The drawing, with a space at the end.
    package let lane: String
    /// Which line of the description stands here; `nil` for rows that only draw.
    package let line: Int?
  }

  /// The commit each lane waits for, from left to right.
  private var lanes: [String] = []

  package init() {}

  /// The rows of the next commit. Commits come children first.
  ///
  /// - Parameter lineCount: lines of the description, at least one.
  package mutating func rows(for commit: String, parents: [String], lineCount: Int) -> [Row] {
    let lane = lanes.firstIndex(of: commit) ?? lanes.count
    if lane == lanes.count { lanes.append(commit) }
    var rows = [Row(lane: picture { $0 == lane ? "*" : "|" }, line: 0)]
    if !parents.isEmpty { rows += branchOff(to: parents, from: lane) }
    // The description stands beside the lanes as they leave the commit, before any of them come together.
    for line in 1..<max(1, lineCount) {
      rows.append(Row(lane: picture { $0 == lane && parents.isEmpty ? " " : "|" }, line: line))
    }
    if parents.isEmpty { return rows + end(lane) }
    while let (left, right) = twins() { rows += join(left, right) }
    return rows
  }

  private func picture(_ mark: (Int) -> String) -> String {
    lanes.indices.map { mark($0) + " " }.joined()
  }

  /// The lane of a commit without parents closes; those to its right move left.
  private mutating func end(_ lane: Int) -> [Row] {
    lanes.remove(at: lane)
    guard lane < lanes.count else { return [] }
    let standing = String(repeating: "| ", count: lane)
    return [Row(lane: standing + String(repeating: " /", count: lanes.count - lane) + " ", line: nil)]
  }

  private mutating func branchOff(to parents: [String], from lane: Int) -> [Row] {
    var rows: [Row] = []
    lanes[lane] = parents[0]
    // The last parent branches off first, so that the lanes end up in the order of the parents.
    for parent in parents.dropFirst().reversed() where parent != parents[0] {
      lanes.insert(parent, at: lane + 1)
      let right = lanes.count - lane - 2
      rows.append(
        Row(lane: String(repeating: "| ", count: lane) + "|" + String(repeating: "\\ ", count: right + 1), line: nil))
    }
    return rows
  }

  /// Two lanes that wait for the same commit.
  private func twins() -> (Int, Int)? {
    for right in lanes.indices {
      if let left = lanes[..<right].firstIndex(of: lanes[right]) { return (left, right) }
    }
    return nil
  }

  /// Leads lane `right` into lane `left`, one step for each lane between, crossing them.
  private mutating func join(_ left: Int, _ right: Int) -> [Row] {
    lanes.remove(at: right)
    return stride(from: right, to: left, by: -1).map { step in
      var picture = Array(repeating: Character(" "), count: 2 * lanes.count)
      for lane in 0..<(step == right ? right : lanes.count) { picture[2 * lane] = "|" }
      // In the first step the lanes to the right of the one that ended move left beside it.
      for lane in (step == right ? right..<lanes.count : 0..<0) { picture[2 * lane + 1] = "/" }
      picture[2 * step - 1] = "/"
      return Row(lane: String(picture), line: nil)
    }
  }
}
