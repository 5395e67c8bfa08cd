import Glibc

/// Numbers in rows and columns; each cell shows its number, and darker is more, on a logarithmic scale.
package struct HeatMap: Sendable {
  package struct Cell: Sendable, Equatable {
    package let row: String
    package let column: String
    package let value: Double
    /// How the number is written.
    package let label: String

    package init(row: String, column: String, value: Double, label: String) {
      self.row = row
      self.column = column
      self.value = value
      self.label = label
    }
  }

  package let title: String
  package let summary: String
  package let rows: [String]
  package let columns: [String]
  private var cells: [String: [String: Cell]] = [:]

  private static let rowHeight = 22.0
  private static let cellWidth = 56.0
  private static let nameLimit = 36

  /// Rows and columns in the order in which they first occur. Of cells with the same place the last counts.
  package init(title: String, summary: String, cells: [Cell]) {
    self.title = title
    self.summary = summary
    rows = HeatMap.unique(cells.map(\.row))
    columns = HeatMap.unique(cells.map(\.column))
    for cell in cells { self.cells[cell.row, default: [:]][cell.column] = cell }
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  package var drawing: SVGDrawing {
    let shownRows = rows.map { SVGDrawing.shortened($0, to: HeatMap.nameLimit) }
    let shownColumns = columns.map { SVGDrawing.shortened($0, to: HeatMap.nameLimit) }
    let left = 14 + (shownRows.map(SVGDrawing.width).max() ?? 0) + 8
    // Names of columns stand at 45 degrees.
    let slope = 0.7072
    let nameHeight = (shownColumns.map(SVGDrawing.width).max() ?? 0) * slope + 10
    let top = 34 + nameHeight
    let overhang = (shownColumns.last.map(SVGDrawing.width) ?? 0) * slope
    var body = [SVGDrawing.text(title, x: 14, y: 20, "name")]
    for (index, name) in shownColumns.enumerated() {
      let x = left + HeatMap.cellWidth * (Double(index) + 0.5)
      let place = "\(SVGDrawing.number(x)) \(SVGDrawing.number(top - 6))"
      body.append(
        .element("text", ["class": "tick", "transform": "translate(\(place)) rotate(-45)"], text: name))
    }
    let scale = self.scale
    for (line, row) in rows.enumerated() {
      let y = top + HeatMap.rowHeight * Double(line)
      body.append(SVGDrawing.text(shownRows[line], x: left - 8, y: y + 15, "tick", anchor: "end"))
      for (index, column) in columns.enumerated() {
        guard let cell = cells[row]?[column] else { continue }
        body += draw(cell, x: left + HeatMap.cellWidth * Double(index), y: y, level: level(cell.value, scale))
      }
    }
    let width = max(
      left + HeatMap.cellWidth * Double(columns.count) + max(14, overhang), 14 + SVGDrawing.width(title) + 14)
    return SVGDrawing(
      width: width, height: top + HeatMap.rowHeight * Double(rows.count) + 14, title: title, summary: summary,
      body: body)
  }

  private func draw(_ cell: Cell, x: Double, y: Double, level: Int) -> [Markup] {
    [
      .element(
        "rect",
        [
          "class": "h\(level)", "x": SVGDrawing.number(x + 1), "y": SVGDrawing.number(y + 1),
          "width": SVGDrawing.number(HeatMap.cellWidth - 2), "height": SVGDrawing.number(HeatMap.rowHeight - 2),
        ], [.element("title", text: "\(cell.row) \(cell.column): \(cell.label)")]),
      SVGDrawing.text(cell.label, x: x + HeatMap.cellWidth / 2, y: y + 15, "tick h\(level)t", anchor: "middle"),
    ]
  }

  /// Logarithms of the smallest and the largest number above 0.
  private var scale: ClosedRange<Double>? {
    let values = cells.values.flatMap(\.values).map(\.value).filter { $0 > 0 && $0.isFinite }
    guard let least = values.min(), let most = values.max() else { return nil }
    return log(least)...log(most)
  }

  private func level(_ value: Double, _ scale: ClosedRange<Double>?) -> Int {
    guard value > 0, let scale else { return 0 }
    guard value.isFinite else { return PlotStyle.heatLevelCount - 1 }
    let span = scale.upperBound - scale.lowerBound
    guard span > 0 else { return PlotStyle.heatLevelCount / 2 }
    // The lightest is for what did not change.
    let share = (log(value) - scale.lowerBound) / span
    return 1 + Int((share * Double(PlotStyle.heatLevelCount - 2)).rounded())
  }
}
