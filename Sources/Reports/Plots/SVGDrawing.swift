/// One picture with its size, its name and what it shows in words.
package struct SVGDrawing: Sendable {
  package let width: Double
  package let height: Double
  package let title: String
  /// For those who cannot see it.
  package let summary: String
  let body: [Markup]

  /// As part of a page that has `PlotStyle.rules`.
  ///
  /// - Parameter id: unique on the page.
  package func markup(id: String) -> Markup {
    .element(
      "svg",
      attributes: frame(id) + [Markup.Attribute(name: "width", value: SVGDrawing.number(width))],
      children: labels(id) + body)
  }

  /// As a file of its own.
  package var file: String { SVGDrawing.file([[self]], title: title) }

  /// Several drawings as one file: rows of drawings side by side.
  package static func file(_ rows: [[SVGDrawing]], title: String) -> String {
    let width = rows.map { $0.reduce(0) { $0 + $1.width } }.max() ?? 0
    let height = rows.reduce(0) { $0 + ($1.map(\.height).max() ?? 0) }
    var children: [Markup] = [
      .element("title", text: title), .element("style", text: PlotStyle.rules(for: "svg")),
      .element("rect", ["class": "paper", "width": number(width), "height": number(height)]),
    ]
    var top = 0.0
    for (line, row) in rows.enumerated() {
      var left = 0.0
      for (column, drawing) in row.enumerated() {
        let id = "p\(line)-\(column)"
        let place = [
          Markup.Attribute(name: "x", value: number(left)), Markup.Attribute(name: "y", value: number(top)),
          Markup.Attribute(name: "width", value: number(drawing.width)),
          Markup.Attribute(name: "height", value: number(drawing.height)),
        ]
        children.append(
          .element("svg", attributes: drawing.frame(id) + place, children: drawing.labels(id) + drawing.body))
        left += drawing.width
      }
      top += row.map(\.height).max() ?? 0
    }
    let svg = Markup.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "width": number(width), "height": number(height),
        "viewBox": "0 0 \(number(width)) \(number(height))",
      ], children)
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(svg.source)\n"
  }

  private func frame(_ id: String) -> [Markup.Attribute] {
    [
      ("class", "plot"), ("role", "img"), ("aria-labelledby", "\(id)-t \(id)-d"),
      ("viewBox", "0 0 \(SVGDrawing.number(width)) \(SVGDrawing.number(height))"),
    ].map { Markup.Attribute(name: $0.0, value: $0.1) }
  }

  private func labels(_ id: String) -> [Markup] {
    [.element("title", ["id": "\(id)-t"], text: title), .element("desc", ["id": "\(id)-d"], text: summary)]
  }

  /// A coordinate: two places at most, the same everywhere.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let fraction = Int(hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    if fraction == 0 { return "\(sign)\(hundredths.magnitude / 100)" }
    let places = fraction % 10 == 0 ? "\(fraction / 10)" : fraction < 10 ? "0\(fraction)" : "\(fraction)"
    return "\(sign)\(hundredths.magnitude / 100).\(places)"
  }

  /// About how wide a text is in the plots' font.
  static func width(_ text: String) -> Double { Double(text.count) * 6.6 }

  /// A text that must not be wider than so many characters.
  static func shortened(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : "\(text.prefix(limit - 1))…"
  }

  static func text(
    _ text: String, x: Double, y: Double, _ style: String = "", anchor: String = "start"
  ) -> Markup {
    var attributes = [
      Markup.Attribute(name: "x", value: number(x)), Markup.Attribute(name: "y", value: number(y)),
    ]
    if anchor != "start" { attributes.append(Markup.Attribute(name: "text-anchor", value: anchor)) }
    if !style.isEmpty { attributes.append(Markup.Attribute(name: "class", value: style)) }
    return .element("text", attributes: attributes, children: [.text(text)])
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> Markup {
    .element("path", ["class": style, "d": "M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))"])
  }
}
