import Reports
import Testing

struct MarkdownTableTests {
  @Test func table() {
    let table = MarkdownTable(header: ["name", "value"], rows: [["a", "1"], ["b", "2"]])
    #expect(table.text == "| name | value |\n| --- | --- |\n| a | 1 |\n| b | 2 |\n")
  }

  @Test func cellsCannotBreakOut() {
    let table = MarkdownTable(header: ["name"], rows: [["x|y\n<script>`*_[#"]])
    #expect(table.text.hasSuffix("| x\\|y &lt;script&gt;\\`\\*\\_\\[\\# |\n"))
  }
}
