import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct PlotTests {
  static let path = LinePlot(
    title: "Loss <a> & \"b\"", summary: "It rises.", x: .init("λ"), y: .init("loss"),
    series: [
      .init("on the line", .curve, [.init(0, 1), .init(0.5, 1.25), .init(1, 0.75)]),
      .init("chord", .chord, [.init(0, 1), .init(1, 0.75)]),
    ])
  static let pairs = LinePlot(
    title: "Gain", summary: "Two pairs.", x: .init("q-diversity"), y: .init("gain, points"),
    series: [.init("pairs", .points, [.init(0.02, 0.4, label: "a, b"), .init(0.05, -1.2, label: "a, c")])])
  static let heat = HeatMap(
    title: "Change", summary: "Two layers.",
    cells: [
      .init(row: "layer.0", column: "weight", value: 0.001, label: "0.001"),
      .init(row: "layer.0", column: "bias", value: 0, label: "0"),
      .init(row: "layer.1", column: "weight", value: 0.1, label: "0.1"),
    ])

  private func golden(_ name: String, _ actual: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
    if ProcessInfo.processInfo.environment["WGIT_UPDATE_SNAPSHOTS"] == "1" { try Data(actual.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == actual, "\(name); WGIT_UPDATE_SNAPSHOTS=1 writes it anew")
  }

  @Test func drawingsAreTheSameTextAlways() throws {
    try golden(
      "plots.svg", SVGDrawing.file([[Self.path.drawing, Self.pairs.drawing], [Self.heat.drawing]], title: "Plots"))
  }

  @Test(arguments: [0, 1, 2])
  func filesAreWellFormedAndSayWhatTheyShow(_ index: Int) throws {
    let drawing = [Self.path.drawing, Self.pairs.drawing, Self.heat.drawing][index]
    let document = try XMLDocument(xmlString: drawing.file)
    func values(_ path: String) throws -> [String] { try document.nodes(forXPath: path).compactMap(\.stringValue) }
    let plot = "//*[@class='plot']"
    #expect(try values("\(plot)/@role") == ["img"])
    let named = try #require(try values("\(plot)/@aria-labelledby").first).split(separator: " ")
    #expect(try named.flatMap { try values("//*[@id='\($0)']") } == [drawing.title, drawing.summary])
    // Everything is drawn within the picture, and only classes say how it looks.
    let width = try #require(Double(try values("\(plot)/@width").first ?? ""))
    #expect(width == (drawing.width * 100).rounded() / 100)
    for x in try values("\(plot)//*/@x") { #expect((0...width).contains(Double(x) ?? -1)) }
    #expect(try values("//@style").isEmpty)
  }

  @Test func whatIsNotFiniteIsLeftOut() throws {
    let plot = LinePlot(
      title: "t", summary: "s", x: .init("x"), y: .init("y"),
      series: [.init("a", .curve, [.init(0, 1), .init(1, .nan), .init(2, .infinity), .init(3, 2), .init(4, 3)])])
    let source = plot.drawing.file
    #expect(!source.contains("nan") && !source.contains("inf"))
    // The curve begins anew behind the gap.
    let path = try #require(source.firstMatch(of: /class="curve s0" d="([^"]*)"/)?.output.1)
    #expect(path.filter { $0 == "M" }.count == 2 && path.filter { $0 == "L" }.count == 1)
    let empty = LinePlot(title: "t", summary: "s", x: .init("x"), y: .init("y"), series: [])
    #expect(try XMLDocument(xmlString: empty.drawing.file).rootElement() != nil)
  }

  @Test func aSeriesCanBeToldWithoutColour() {
    let series = (0..<6).map { index in
      LinePlot.Series("series \(index)", .curve, [.init(0, Double(index)), .init(1, Double(index))])
    }
    let source = LinePlot(title: "t", summary: "s", x: .init("x"), y: .init("y"), series: series).drawing.file
    let dashes = source.matches(of: /\.curve\.s\d\{[^}]*stroke-dasharray:([^}]*)\}/).map { String($0.output.1) }
    #expect(dashes.count == 6 && Set(dashes).count == 6)
    #expect(source.contains(">series 5</text>"))
  }

  @Test func heatMapsShowTheirNumbers() {
    let source = Self.heat.drawing.file
    for text in ["0.001", "0.1", "layer.0", "bias"] { #expect(source.contains(">\(text)</text>")) }
    // Nothing changed, the least and the most are different shades.
    for level in ["h0", "h1", "h5"] { #expect(source.contains("class=\"\(level)\"")) }
  }
}
