import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A report full of what a hostile repository may hold, in both forms.
struct ReportDocumentTests {
  static let hostile = "</style></script><script>alert(1)</script>\"'|`[x](http://evil) \u{202e}gpj\u{0}\n# end"

  static func document(_ text: String) -> ReportDocument {
    var table = ReportTable(text, [.init(text), .init("value", isNumber: true)])
    table.add([[.code(text), .badge(text)], [.plain(text), .mark(text, .bad), .link(text, to: "x.html?\(text)")]])
    return ReportDocument(
      title: text,
      blocks: [
        .paragraph([.plain(text)]),
        .section(
          text,
          [
            .facts([.init(text, text)]), .table(table), .preformatted(text), .details(text, [.preformatted(text)]),
            .drawings([PlotTests.path.drawing, PlotTests.heat.drawing]),
          ]),
        .graph(
          CommitGraphList(rows: [
            .init(
              id: "b", parents: ["a"], title: [.link(text, to: "b.html")], badges: [.badge(text)],
              notes: [[.plain(text)]]), .init(id: "a", parents: [], title: [.plain("a")], badges: [], notes: []),
          ])),
      ])
  }

  private func page(_ text: String) -> String {
    HTMLPage(
      Self.document(text), siteTitle: text, navigation: [.init(text, "index.html")], footer: text
    ).source(styleDigest: "abc")
  }

  @Test(arguments: ["harmless", hostile]) func pagesHoldNothingButWhatWasMeant(_ text: String) throws {
    let source = page(text)
    #expect(source.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    // Well-formed XML, so every text is where it was put.
    let document = try XMLDocument(xmlString: source)
    func count(_ path: String) throws -> Int { try document.nodes(forXPath: path).count }
    #expect(try count("//script") == 0 && count("//@onload") == 0 && count("//@style") == 0)
    #expect(try count("//h1") == 1 && count("//h2") == 1 && count("//style") == 1 && count("//*[@src]") == 0)
    #expect(try count("//a[starts-with(@href, 'http')]") == 0)
    let ids = try document.nodes(forXPath: "//@id").compactMap(\.stringValue)
    #expect(Set(ids).count == ids.count)
    let policy = try document.nodes(forXPath: "//meta[@http-equiv='Content-Security-Policy']/@content").first
    #expect(
      policy?.stringValue
        == "default-src 'none'; style-src 'sha256-abc'; base-uri 'none'; form-action 'none'")
    #expect(!source.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || $0.value == 0x202E })
    // The text itself is all there.
    let title = try #require(document.nodes(forXPath: "//h1").first?.stringValue)
    #expect(title.hasPrefix(String(text.prefix { $0 != "\u{202e}" })))
  }

  @Test func theStyleNeedsNoEscapes() {
    #expect(!HTMLPage.style.contains { "<>&\"".contains($0) })
    #expect(HTMLPage.style.contains(":focus-visible") && HTMLPage.style.contains("prefers-color-scheme:dark"))
    #expect(!HTMLPage.style.contains("url(") && !HTMLPage.style.contains("@import"))
  }

  @Test func markdownStaysText() {
    let text = MarkdownRenderer.text(Self.document(Self.hostile))
    #expect(!text.unicodeScalars.contains { $0.value == 0x202E || $0.value == 0 })
    // Outside of what is fenced, no line begins as a heading but those that are meant.
    var isFenced = false
    var headings = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isFenced.toggle() }
      if !isFenced, line.hasPrefix("#") { headings += 1 }
      // A code span and a line of HTML show what they hold as it is.
      if !isFenced, !line.contains("`<"), !line.hasPrefix("<details>") {
        #expect(!line.contains("<script") && !line.contains("[x](http"), "\(line)")
      }
    }
    #expect(headings == 2)
    // One table of three rows, each of two cells.
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count == 3)
    for row in rows {
      let bars = row.indices.filter { row[$0] == "|" && ($0 == row.startIndex || row[row.index(before: $0)] != "\\") }
      #expect(bars.count == 3, "\(row)")
    }
  }

  @Test func fencesAreLongerThanThoseInside() {
    let text = MarkdownRenderer.text(ReportDocument(title: "t", blocks: [.preformatted("a\n````\nb")]))
    #expect(text == "# t\n\n`````\na\n````\nb\n`````\n")
  }

  @Test func markdownOfEveryBlock() {
    var table = ReportTable("c", [.init("name"), .init("value", isNumber: true)])
    table.add([[.code("w")], [.plain("1 "), .mark("FAILS", .bad)]])
    let document = ReportDocument(
      title: "Title",
      blocks: [
        .section("Facts", [.facts([.init("by", "Ada"), .init("at", [.link("abc", to: "x.html")])])]),
        .table(table), .details("More", [.paragraph([.plain("x")])]), .drawings([PlotTests.pairs.drawing]),
      ])
    #expect(
      MarkdownRenderer.text(document) == """
        # Title

        ## Facts

        - by: Ada
        - at: abc

        | name | value |
        | --- | ---: |
        | `w` | 1 **FAILS** |

        <details><summary>More</summary>

        x

        </details>

        *Gain*: Two pairs.

        """)
  }
}
