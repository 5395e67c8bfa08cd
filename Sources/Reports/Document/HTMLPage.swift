/// A report as a page of HTML that loads nothing: it opens from a disk, needs no script, and a policy of its own forbids both.
package struct HTMLPage: Sendable {
  package struct Link: Sendable {
    package let text: String
    package let address: String

    package init(_ text: String, _ address: String) {
      self.text = text
      self.address = address
    }
  }

  package let document: ReportDocument
  /// What the whole site is about.
  package let siteTitle: String
  package let navigation: [Link]
  package let footer: String

  package init(_ document: ReportDocument, siteTitle: String, navigation: [Link], footer: String) {
    self.document = document
    self.siteTitle = siteTitle
    self.navigation = navigation
    self.footer = footer
  }

  /// The rules of all pages, without a character that HTML or XML would take for markup.
  package static let style = PageStyle.rules

  /// - Parameter styleDigest: the SHA-256 of `style`, in base 64: the one style sheet that the policy lets pass.
  package func source(styleDigest: String) -> String {
    let policy = "default-src 'none'; style-src 'sha256-\(styleDigest)'; base-uri 'none'; form-action 'none'"
    let title = document.title == siteTitle ? siteTitle : "\(document.title) – \(siteTitle)"
    let head = Markup.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("meta", ["name": "referrer", "content": "no-referrer"]), .element("title", text: title),
        .element("style", text: HTMLPage.style),
      ])
    let links = navigation.map { Markup.element("li", [:], [.element("a", ["href": $0.address], text: $0.text)]) }
    let body = Markup.element(
      "body", [:],
      [
        .element("a", ["class": "skip", "href": "#main"], text: "Skip to the content"),
        .element(
          "header", [:],
          [
            .element("p", ["class": "site"], text: siteTitle),
            .element("nav", ["aria-label": "Pages"], [.element("ul", [:], links)]),
          ]),
        .element("main", ["id": "main"], [.element("h1", text: document.title)] + content),
        .element("footer", [:], [.element("p", text: footer)]),
      ])
    return "<!DOCTYPE html>\n\(Markup.element("html", ["lang": "en"], [head, body]).source)\n"
  }

  private var content: [Markup] {
    var drawingCount = 0
    return document.blocks.flatMap { Self.markup($0, depth: 2, &drawingCount) }
  }

  private static func markup(_ block: ReportBlock, depth: Int, _ drawingCount: inout Int) -> [Markup] {
    switch block {
    case .section(let title, let inner):
      var parts = [Markup.element("h\(min(6, depth))", text: title)]
      for block in inner { parts += markup(block, depth: depth + 1, &drawingCount) }
      return [.element("section", [:], parts)]
    case .paragraph(let texts): return [.element("p", [:], texts.map(inline))]
    case .facts(let facts):
      return [
        .element(
          "dl", [:],
          facts.map { fact in
            .element("div", [:], [.element("dt", text: fact.name), .element("dd", [:], fact.value.map(inline))])
          })
      ]
    case .table(let table): return [self.table(table)]
    case .drawings(let drawings):
      let pictures = drawings.map { drawing in
        drawingCount += 1
        return Markup.element(
          "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": drawing.title],
          [drawing.markup(id: "plot-\(drawingCount)")])
      }
      return [.element("div", ["class": "plots"], pictures)]
    case .preformatted(let text): return [.element("pre", ["tabindex": "0"], text: text)]
    case .details(let title, let inner):
      var parts = [Markup.element("summary", text: title)]
      for block in inner { parts += markup(block, depth: depth, &drawingCount) }
      return [.element("details", [:], parts)]
    case .graph(let list): return [list.markup]
    }
  }

  private static func table(_ table: ReportTable) -> Markup {
    func cell(_ name: String, _ column: ReportTable.Column, _ content: [Markup]) -> Markup {
      column.isNumber ? .element(name, ["class": "number"], content) : .element(name, [:], content)
    }
    let header = table.columns.map { column in
      column.isNumber
        ? Markup.element("th", ["scope": "col", "class": "number"], text: column.name)
        : Markup.element("th", ["scope": "col"], text: column.name)
    }
    let rows = table.rows.map { row in
      Markup.element("tr", [:], zip(table.columns, row).map { cell("td", $0, $1.map(inline)) })
    }
    return .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": table.caption],
      [
        .element(
          "table", [:],
          [
            .element("caption", text: table.caption), .element("thead", [:], [.element("tr", [:], header)]),
            .element("tbody", [:], rows),
          ])
      ])
  }

  static func inline(_ text: ReportText) -> Markup {
    switch text {
    case .plain(let text): .text(text)
    case .code(let text): .element("code", text: text)
    case .link(let text, let address): .element("a", ["href": address], text: text)
    case .mark(let text, let tone): .element("span", ["class": tone.rawValue], text: text)
    case .badge(let text): .element("span", ["class": "badge"], text: text)
    }
  }
}
