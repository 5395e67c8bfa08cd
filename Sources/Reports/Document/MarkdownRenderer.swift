/// A report as GitHub's Markdown. Whatever text holds stays text.
package enum MarkdownRenderer {
  package static func text(_ document: ReportDocument, depth: Int = 1) -> String {
    let heading = "\(String(repeating: "#", count: depth)) \(MarkdownTable.escape(document.title))"
    return ([heading] + blocks(document.blocks, depth: depth + 1)).joined(separator: "\n\n") + "\n"
  }

  private static func blocks(_ blocks: [ReportBlock], depth: Int) -> [String] {
    blocks.flatMap { block($0, depth: depth) }
  }

  private static func block(_ block: ReportBlock, depth: Int) -> [String] {
    switch block {
    case .section(let title, let inner):
      ["\(String(repeating: "#", count: min(6, depth))) \(MarkdownTable.escape(title))"]
        + blocks(inner, depth: depth + 1)
    case .paragraph(let texts): [inline(texts)]
    case .facts(let facts):
      [facts.map { "- \(MarkdownTable.escape($0.name)): \(inline($0.value))" }.joined(separator: "\n")]
    case .table(let table): [self.table(table)]
    case .drawings(let drawings):
      drawings.map { "*\(MarkdownTable.escape($0.title))*: \(MarkdownTable.escape($0.summary))" }
    case .preformatted(let text): [preformatted(text)]
    case .details(let title, let inner):
      ["<details><summary>\(Markup.escape(MarkdownTable.visible(title)))</summary>"] + blocks(inner, depth: depth) + [
        "</details>"
      ]
    case .graph(let list):
      [list.rows.map { "- " + inline($0.title + [.plain(" ")] + $0.badges) }.joined(separator: "\n")]
    }
  }

  private static func table(_ table: ReportTable) -> String {
    let header = table.columns.map { MarkdownTable.escape($0.name) }
    let rule = table.columns.map { $0.isNumber ? "---:" : "---" }
    let lines = [header, rule] + table.rows.map { $0.map(inline) }
    return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }

  private static func inline(_ texts: [ReportText]) -> String {
    texts.map { text in
      switch text {
      case .plain(let text), .link(let text, _), .mark(let text, .good), .mark(let text, .unsure):
        MarkdownTable.escape(text)
      case .mark(let text, .bad): "**\(MarkdownTable.escape(text))**"
      case .code(let text), .badge(let text): code(text)
      }
    }.joined()
  }

  /// A code span must not end early, and in a table a bar would end the cell.
  private static func code(_ text: String) -> String {
    let safe = MarkdownTable.visible(text).replacing("`", with: "'").replacing("|", with: "¦")
    return safe.isEmpty ? "" : "`\(safe)`"
  }

  /// Between fences that are longer than any in the text.
  private static func preformatted(_ text: String) -> String {
    var (longest, run) = (2, 0)
    for character in text {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    return "\(fence)\n\(lines.map { MarkdownTable.visible(String($0)) }.joined(separator: "\n"))\n\(fence)"
  }
}
