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

  /// As `Markup.escape` has it: characters that could hide something are shown, and lines stay one.
  static func visible(_ text: String) -> String {
    String(
      text.unicodeScalars.reduce(into: String.UnicodeScalarView()) { visible, scalar in
        if scalar.properties.isWhitespace && scalar.value < 0x20 {
          visible.append(" ")
        } else if let shown = Markup.shown(scalar) {
          visible.append(contentsOf: shown.unicodeScalars)
        } else {
          visible.append(scalar)
        }
      })
  }

  static func escape(_ cell: String) -> String {
    var text = ""
    for character in visible(cell) {
      switch character {
      case "|", "\\", "`", "*", "_", "[", "]", "#": text += "\\\(character)"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "&": text += "&amp;"
      default: text.append(character)
      }
    }
    return text
  }
}
