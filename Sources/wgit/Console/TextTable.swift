/// Columns that line up.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  init(_ header: [String], _ alignments: [Alignment]) {
    self.alignments = alignments
    rows.append(header)
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  /// Two spaces between columns, none at the ends of lines.
  var lines: [String] {
    let widths = alignments.indices.map { column in rows.map { Terminal.width($0[column]) }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for column in alignments.indices {
        let padding = String(repeating: " ", count: widths[column] - Terminal.width(row[column]))
        line += alignments[column] == .left ? row[column] + padding : padding + row[column]
        if column < alignments.count - 1 { line += "  " }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  func print() {
    for (index, line) in lines.enumerated() { Terminal.print(index == 0 ? Style.bold(line) : line) }
  }
}
