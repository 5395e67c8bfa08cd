/// Curves and points over two axes, as data. `drawing` makes the picture.
package struct LinePlot: Sendable {
  package enum Mark: Sendable {
    /// A line through the points, with a marker on each unless there are many.
    case curve
    /// A thin dotted line without markers: what the others are compared with.
    case chord
    /// Markers alone.
    case points
  }

  package struct Point: Sendable, Equatable {
    package let x: Double
    package let y: Double
    /// Shown beside the point, if there is room.
    package let label: String?

    package init(_ x: Double, _ y: Double, label: String? = nil) {
      self.x = x
      self.y = y
      self.label = label
    }

    var isDrawn: Bool { abs(x) <= AxisTicks.largestMagnitude && abs(y) <= AxisTicks.largestMagnitude }
  }

  package struct Series: Sendable {
    package let name: String
    package let mark: Mark
    package let points: [Point]

    package init(_ name: String, _ mark: Mark = .curve, _ points: [Point]) {
      self.name = name
      self.mark = mark
      self.points = points
    }
  }

  package struct Axis: Sendable {
    package let label: String
    /// Names instead of numbers, at 0, 1, 2, …
    package let names: [String]?

    package init(_ label: String, names: [String]? = nil) {
      self.label = label
      self.names = names
    }
  }

  package let title: String
  package let summary: String
  package let x: Axis
  package let y: Axis
  package let series: [Series]

  package init(title: String, summary: String, x: Axis, y: Axis, series: [Series]) {
    self.title = title
    self.summary = summary
    self.x = x
    self.y = y
    self.series = series
  }

  package var drawing: SVGDrawing { LinePlotDrawing(self).drawing }
}
