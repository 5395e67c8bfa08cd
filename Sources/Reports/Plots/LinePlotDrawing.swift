/// Lays a `LinePlot` out: title, axes with round numbers, grid, series, legend.
struct LinePlotDrawing {
  private let plot: LinePlot
  private let xTicks: AxisTicks
  private let yTicks: AxisTicks
  private let legend: [[(index: Int, series: LinePlot.Series, x: Double)]]
  private let left: Double

  private static let width = 400.0
  private static let top = 34.0
  private static let plotHeight = 172.0
  private static let right = 14.0
  private static let legendLine = 18.0
  /// Markers on every point of a curve up to so many.
  private static let markedPointLimit = 25
  private static let nameLimit = 28

  private var bottom: Double { LinePlotDrawing.top + LinePlotDrawing.plotHeight }
  private var plotWidth: Double { LinePlotDrawing.width - left - LinePlotDrawing.right }
  private var height: Double {
    bottom + 42 + LinePlotDrawing.legendLine * Double(legend.count) + (legend.isEmpty ? 0 : 6)
  }

  init(_ plot: LinePlot) {
    self.plot = plot
    let points = plot.series.flatMap(\.points).filter(\.isDrawn)
    xTicks = AxisTicks(enclosing: LinePlotDrawing.range(points.map(\.x)), count: 6)
    yTicks = AxisTicks(enclosing: LinePlotDrawing.range(points.map(\.y)))
    left = 18 + (yTicks.labels.map(SVGDrawing.width).max() ?? 0) + 20
    legend = LinePlotDrawing.legend(plot.series)
  }

  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    guard let least = values.min(), let most = values.max() else { return 0...1 }
    return least...most
  }

  /// Entries in lines that are not wider than the plot.
  private static func legend(_ series: [LinePlot.Series]) -> [[(index: Int, series: LinePlot.Series, x: Double)]] {
    guard series.count > 1 else { return [] }
    var lines: [[(index: Int, series: LinePlot.Series, x: Double)]] = [[]]
    var x = 14.0
    for (index, item) in series.enumerated() {
      let width = 30 + SVGDrawing.width(SVGDrawing.shortened(item.name, to: nameLimit)) + 14
      if x + width > Self.width, !(lines.last?.isEmpty ?? true) {
        lines.append([])
        x = 14
      }
      lines[lines.count - 1].append((index, item, x))
      x += width
    }
    return lines
  }

  private func position(_ point: LinePlot.Point) -> (x: Double, y: Double) {
    let share = { (value: Double, range: ClosedRange<Double>) in
      (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
    return (
      left + plotWidth * share(point.x, xTicks.range),
      bottom - LinePlotDrawing.plotHeight * share(point.y, yTicks.range)
    )
  }

  var drawing: SVGDrawing {
    var body = [SVGDrawing.text(SVGDrawing.shortened(plot.title, to: 56), x: 14, y: 20, "name")]
    body += axes
    for (index, series) in plot.series.enumerated() { body += marks(series, index) }
    for (line, entries) in legend.enumerated() {
      let y = bottom + 54 + LinePlotDrawing.legendLine * Double(line)
      for entry in entries { body += legendEntry(entry.series, entry.index, x: entry.x, y: y) }
    }
    return SVGDrawing(
      width: LinePlotDrawing.width, height: height, title: plot.title, summary: plot.summary, body: body)
  }

  private var axes: [Markup] {
    let right = left + plotWidth
    var parts: [Markup] = []
    for (value, label) in zip(yTicks.values, yTicks.labels) {
      let y = position(LinePlot.Point(xTicks.range.lowerBound, value)).y
      parts.append(SVGDrawing.line(left, y, right, y, "grid"))
      parts.append(SVGDrawing.text(label, x: left - 6, y: y + 4, "tick", anchor: "end"))
    }
    for (x, label) in xLabels {
      parts.append(SVGDrawing.line(x, bottom, x, bottom + 4, "axis"))
      // A wide label at the edge would be cut.
      let isCut = x + SVGDrawing.width(label) / 2 > LinePlotDrawing.width
      parts.append(
        SVGDrawing.text(
          label, x: isCut ? LinePlotDrawing.width - 2 : x, y: bottom + 17, "tick", anchor: isCut ? "end" : "middle"))
    }
    parts.append(SVGDrawing.line(left, bottom, right, bottom, "axis"))
    parts.append(SVGDrawing.text(plot.x.label, x: left + plotWidth / 2, y: bottom + 34, "note", anchor: "middle"))
    let middle = LinePlotDrawing.top + LinePlotDrawing.plotHeight / 2
    let turn = "rotate(-90 18 \(SVGDrawing.number(middle)))"
    parts.append(
      .element(
        "text",
        ["class": "note", "x": "18", "y": SVGDrawing.number(middle), "text-anchor": "middle", "transform": turn],
        text: plot.y.label))
    return parts
  }

  /// Numbers, or as many of the names as fit beside each other.
  private var xLabels: [(x: Double, label: String)] {
    guard let names = plot.x.names, !names.isEmpty else {
      return zip(xTicks.values, xTicks.labels).map { (position(LinePlot.Point($0, yTicks.range.lowerBound)).x, $1) }
    }
    let width = (names.map(SVGDrawing.width).max() ?? 0) + 10
    let space = plotWidth / Double(max(1, names.count - 1))
    let step = max(1, Int((width / max(space, 1)).rounded(.up)))
    return stride(from: 0, to: names.count, by: step).map {
      (position(LinePlot.Point(Double($0), yTicks.range.lowerBound)).x, names[$0])
    }
  }

  private func marks(_ series: LinePlot.Series, _ index: Int) -> [Markup] {
    var parts: [Markup] = []
    if series.mark != .points {
      parts.append(.element("path", ["class": style(series, index), "d": path(series.points)]))
    }
    let isMarked =
      series.mark == .points || (series.mark == .curve && series.points.count <= LinePlotDrawing.markedPointLimit)
    for point in series.points where isMarked && point.isDrawn {
      let place = position(point)
      parts.append(PlotStyle.marker(index, x: place.x, y: place.y))
      guard let label = point.label else { continue }
      let isRight = place.x > left + plotWidth * 0.6
      parts.append(
        SVGDrawing.text(
          SVGDrawing.shortened(label, to: 24), x: place.x + (isRight ? -8 : 8), y: place.y - 6, "note",
          anchor: isRight ? "end" : "start"))
    }
    return parts
  }

  private func style(_ series: LinePlot.Series, _ index: Int) -> String {
    series.mark == .chord ? "chord" : "curve s\(index % PlotStyle.seriesCount)"
  }

  /// Broken where a value is not finite.
  private func path(_ points: [LinePlot.Point]) -> String {
    var text = ""
    var isOpen = false
    for point in points {
      guard point.isDrawn else {
        isOpen = false
        continue
      }
      let place = position(point)
      text += "\(isOpen ? "L" : "M")\(SVGDrawing.number(place.x)) \(SVGDrawing.number(place.y))"
      isOpen = true
    }
    return text
  }

  private func legendEntry(_ series: LinePlot.Series, _ index: Int, x: Double, y: Double) -> [Markup] {
    var parts: [Markup] = []
    if series.mark != .points { parts.append(SVGDrawing.line(x, y - 4, x + 24, y - 4, style(series, index))) }
    if series.mark != .chord { parts.append(PlotStyle.marker(index, x: x + 12, y: y - 4)) }
    return parts + [
      SVGDrawing.text(SVGDrawing.shortened(series.name, to: LinePlotDrawing.nameLimit), x: x + 30, y: y, "tick")
    ]
  }
}
