import Reports
import Testing

struct MarkupTests {
  @Test func nothingInATextBecomesMarkup() {
    let hostile = "</title><script>alert('x')</script>\" onload=\"x\u{0}\u{1b}[31m\u{202e}gpj.exe\u{2028}&amp;"
    let source = Markup.element("a", ["href": hostile], text: hostile).source
    #expect(source.filter { $0 == "<" }.count == 2 && source.filter { $0 == "\"" }.count == 2)
    #expect(source.contains("\\u{202e}gpj.exe") && source.contains("\\u{2028}") && source.contains("&amp;amp;"))
    #expect(!source.unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test func lineEndsStayInTextAndAreSpeltOutInAttributes() {
    #expect(Markup.element("p", ["title": "a\n\tb"], text: "a\n\tb").source == "<p title=\"a&#10;&#9;b\">a\n\tb</p>")
  }

  @Test func emptyElementsAreClosedAsHTMLWantsThem() {
    #expect(Markup.element("br").source == "<br/>")
    #expect(Markup.element("td").source == "<td></td>")
    #expect(Markup.element("script").source == "<script></script>")
  }
}
