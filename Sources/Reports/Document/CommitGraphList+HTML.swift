extension CommitGraphList {
  private static let headHeight = 44.0
  private static let commitHeight = 17.0

  /// A list; the lines stand beside it and are as long as the text.
  var markup: Markup {
    let lanes = CommitLanes(rows.map { ($0.id, $0.parents) })
    let spacing = lanes.columnCount > 16 ? 9.0 : 15.0
    let width = spacing * Double(min(lanes.columnCount, 40)) + 6
    return .element(
      "ol", ["class": "graph"],
      zip(rows, lanes.rows).map { row, place in
        .element(
          "li", [:],
          [
            .element(
              "div", ["class": "lanes", "aria-hidden": "true"], Self.lines(place, spacing: spacing, width: width)),
            .element(
              "div", ["class": "commit"],
              [
                .element(
                  "p", ["class": "title"], (row.title + row.badges).flatMap { [HTMLPage.inline($0), .text(" ")] })
              ]
                + row.notes.map { .element("p", ["class": "note"], $0.map(HTMLPage.inline)) }),
          ])
      })
  }

  private static func lines(_ row: CommitLanes.Row, spacing: Double, width: Double) -> [Markup] {
    let n = SVGDrawing.number
    let x = { (column: Int) in spacing * (Double(column) + 0.5) + 3 }
    func curve(_ line: CommitLanes.Line, _ top: Double, _ bottom: Double, lane: Int) -> Markup {
      let (a, b, middle) = (x(line.from), x(line.to), (top + bottom) / 2)
      let path = "M\(n(a)) \(n(top))C\(n(a)) \(n(middle)) \(n(b)) \(n(middle)) \(n(b)) \(n(bottom))"
      return .element("path", ["class": "lane s\(lane % PlotStyle.seriesCount)", "d": path])
    }
    let head =
      row.above.map { curve($0, 0, commitHeight, lane: $0.from) }
      + row.below.map { curve($0, commitHeight, headHeight, lane: $0.to) }
      + [
        .element(
          "circle",
          [
            "class": "node s\(row.column % PlotStyle.seriesCount)", "cx": n(x(row.column)), "cy": n(commitHeight),
            "r": "5",
          ])
      ]
    let tail = Set(row.below.map(\.to)).sorted().map { column in
      Markup.element(
        "path", ["class": "lane s\(column % PlotStyle.seriesCount)", "d": "M\(n(x(column))) 0V10"])
    }
    return [
      .element(
        "svg",
        ["class": "head", "width": n(width), "height": n(headHeight), "viewBox": "0 0 \(n(width)) \(n(headHeight))"],
        head),
      .element(
        "svg", ["class": "tail", "width": n(width), "viewBox": "0 0 \(n(width)) 10", "preserveAspectRatio": "none"],
        tail),
    ]
  }
}
