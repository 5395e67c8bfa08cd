/// A table for pull requests and job summaries (GitHub's Markdown).
package struct MarkdownTable: Sendable {
  package let header: [String]
  package let rows: [[String]]

  package init(header: [String], rows: [[String]]) {
    self.header = header
    self.rows = rows
  }

  /// Cells are text: what Markdown or HTML would take for markup is escaped.
  package var text: String {
    let lines = [header, header.map { _ in "---" }] + rows.map { $0.map(MarkdownTable.escape) }
    return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }

  static func escape(_ cell: String) -> String {
    var text = ""
    for character in cell {
      switch character {
      case "|", "\\", "`", "*", "_", "[", "]", "#": text += "\\\(character)"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "&": text += "&amp;"
      case "\n", "\r", "\r\n": text += " "
      default: text.append(character)
      }
    }
    return text
  }
}
