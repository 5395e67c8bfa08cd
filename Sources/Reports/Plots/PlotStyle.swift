/// How plots look, on light and dark paper. Series differ in dash and marker too, so that they can be told apart without colour.
package enum PlotStyle {
  /// Series beyond these begin again.
  static let seriesCount = 6

  private static let light = [
    "ink": "#1f2328", "faint": "#59636e", "grid": "#d8dee4", "paper": "#ffffff", "s0": "#0b61a4", "s1": "#b34700",
    "s2": "#00694b", "s3": "#8a3b86", "s4": "#6b5500", "s5": "#a01540",
  ]
  private static let dark = [
    "ink": "#e6edf3", "faint": "#9da7b1", "grid": "#353c45", "paper": "#0d1117", "s0": "#6cb6ff", "s1": "#f0883e",
    "s2": "#3fc28f", "s3": "#d7a3e0", "s4": "#d8b740", "s5": "#ff8fa8",
  ]
  /// From hardly any change to much, with the colour of text on it.
  private static let heat = [
    ("#f0f5fb", "#1f2328"), ("#cfe1f2", "#1f2328"), ("#9dc3e3", "#1f2328"), ("#5a96c8", "#0b1116"),
    ("#2b6ca8", "#ffffff"), ("#123f72", "#ffffff"),
  ]
  private static let dashes = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"]

  static let heatLevelCount = heat.count

  /// CSS for what `SVGDrawing` draws.
  ///
  /// - Parameter root: the element that colours are set on: `svg` in a file, `:root` on a page.
  package static func rules(for root: String) -> String {
    let variables = { (colours: [String: String]) in
      colours.sorted { $0.key < $1.key }.map { "--\($0.key):\($0.value)" }.joined(separator: ";")
    }
    var rules = [
      "\(root){\(variables(light))}", "@media (prefers-color-scheme:dark){\(root){\(variables(dark))}}",
      ".plot{font:12px system-ui,sans-serif;overflow:visible}", ".plot text{fill:var(--ink)}",
      ".paper{fill:var(--paper)}",
      ".plot .name{font-weight:600}", ".plot .note{fill:var(--faint)}", ".plot .note,.plot .tick{font-size:11px}",
      ".grid{stroke:var(--grid);fill:none}", ".axis{stroke:var(--faint);fill:none}",
      ".chord{stroke:var(--faint);fill:none;stroke-width:1.5;stroke-dasharray:2 4}",
      ".curve{fill:none;stroke-width:2;stroke-linejoin:round}", ".mark{stroke:var(--paper);stroke-width:1}",
    ]
    for (index, dash) in dashes.enumerated() {
      rules.append(
        ".curve.s\(index){stroke:var(--s\(index));stroke-dasharray:\(dash)}.mark.s\(index){fill:var(--s\(index))}")
    }
    for (index, (cell, ink)) in heat.enumerated() {
      rules.append(".h\(index){fill:\(cell)}.plot .h\(index)t{fill:\(ink)}")
    }
    return rules.joined(separator: "\n")
  }

  /// The marker of a series, 4 units around a point.
  static func marker(_ series: Int, x: Double, y: Double) -> Markup {
    let n = SVGDrawing.number
    let style = "mark s\(series % seriesCount)"
    switch series % seriesCount {
    case 0: return .element("circle", ["class": style, "cx": n(x), "cy": n(y), "r": "3.5"])
    case 1:
      return .element("rect", ["class": style, "x": n(x - 3.5), "y": n(y - 3.5), "width": "7", "height": "7"])
    case 2: return polygon(style, [(x, y - 4.5), (x + 4.5, y + 3.5), (x - 4.5, y + 3.5)])
    case 3: return polygon(style, [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)])
    case 4: return polygon(style, [(x, y + 4.5), (x + 4.5, y - 3.5), (x - 4.5, y - 3.5)])
    default:
      return polygon(
        style,
        [
          (x - 1.5, y - 4.5), (x + 1.5, y - 4.5), (x + 1.5, y - 1.5), (x + 4.5, y - 1.5), (x + 4.5, y + 1.5),
          (x + 1.5, y + 1.5),
          (x + 1.5, y + 4.5), (x - 1.5, y + 4.5), (x - 1.5, y + 1.5), (x - 4.5, y + 1.5), (x - 4.5, y - 1.5),
          (x - 1.5, y - 1.5),
        ])
    }
  }

  private static func polygon(_ style: String, _ points: [(Double, Double)]) -> Markup {
    let text = points.map { "\(SVGDrawing.number($0.0)),\(SVGDrawing.number($0.1))" }.joined(separator: " ")
    return .element("polygon", ["class": style, "points": text])
  }
}
