/// Commits one below the other, with the lines between them.
package struct CommitGraphList: Sendable {
  package struct Row: Sendable {
    package let id: String
    package let parents: [String]
    package let title: [ReportText]
    package let badges: [ReportText]
    /// Lines below the title.
    package let notes: [[ReportText]]

    package init(
      id: String, parents: [String], title: [ReportText], badges: [ReportText], notes: [[ReportText]]
    ) {
      self.id = id
      self.parents = parents
      self.title = title
      self.badges = badges
      self.notes = notes
    }
  }

  /// Children before their parents.
  package let rows: [Row]

  package init(rows: [Row]) {
    self.rows = rows
  }
}

/// In which columns the lines between commits run.
package struct CommitLanes: Sendable {
  /// A line from one column at its top to another at its bottom.
  package struct Line: Sendable, Hashable {
    package let from: Int
    package let to: Int
  }

  package struct Row: Sendable, Hashable {
    package let column: Int
    /// From the row above to the height of the commit, and on to the row below.
    package let above: [Line]
    package let below: [Line]
  }

  package let rows: [Row]
  package let columnCount: Int

  /// - Parameter commits: children before their parents. Parents that do not follow have no line.
  package init(_ commits: [(id: String, parents: [String])]) {
    let known = Set(commits.map(\.id))
    /// The commit that each column leads to.
    var lanes: [String?] = []
    var rows: [Row] = []
    var widest = 0
    for commit in commits {
      let column = lanes.firstIndex(of: commit.id) ?? CommitLanes.free(&lanes)
      let above = lanes.indices.filter { lanes[$0] != nil }.map {
        Line(from: $0, to: lanes[$0] == commit.id ? column : $0)
      }
      for index in lanes.indices where lanes[index] == commit.id { lanes[index] = nil }
      var below = lanes.indices.filter { lanes[$0] != nil }.map { Line(from: $0, to: $0) }
      for (index, parent) in commit.parents.filter(known.contains).enumerated() {
        let target: Int
        if index == 0 {
          target = column
        } else if let waiting = lanes.firstIndex(of: parent) {
          target = waiting
        } else {
          target = CommitLanes.free(&lanes)
        }
        lanes[target] = parent
        below.append(Line(from: column, to: target))
      }
      while let last = lanes.last, last == nil { lanes.removeLast() }
      rows.append(Row(column: column, above: above, below: below))
      widest = max(widest, column + 1, lanes.count)
    }
    self.rows = rows
    columnCount = widest
  }

  /// The first column without a line.
  private static func free(_ lanes: inout [String?]) -> Int {
    if let index = lanes.firstIndex(of: nil) { return index }
    lanes.append(nil)
    return lanes.count - 1
  }
}
