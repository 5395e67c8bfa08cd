import Documents
import Reports
import Trainer
import WeightStore

/// What was measured on the line between two models, as text, JSON and plots.
struct PathView {
  let first: String
  let second: String
  let data: String
  let measurement: PathMeasurement

  private var path: LinearPath { measurement.path }
  private var headline: String {
    "From \(first) to \(second), on the \(Format.count(measurement.exampleCount, "example")) of \(data)"
  }

  /// What matters of it, in a sentence.
  var sentence: String {
    let gap = path.connectivityGap ?? 0
    let gain = path.midpointGain.map { ", half way \(PathView.points($0)) points above the mean of the ends" } ?? ""
    return
      "\(headline): barrier of the loss \(number(path.barrier, 4)), gap of the accuracy \(number(gap * 100, 1)) points"
      + "\(gain); \(gap >= 0 ? "linearly connected" : "below the chord on the way")."
  }

  // MARK: Text

  func print() {
    Terminal.print(Style.bold(Terminal.escape(headline)))
    var table = TextTable(
      ["lambda", "loss", "chord", "accuracy", "chord"], [.right, .right, .right, .right, .right])
    for (point, chord) in zip(path.points, path.chord) {
      table.add([
        Format.decimal(point.lambda, places: path.points.count > 11 ? 3 : 1), Format.decimal(point.loss, places: 4),
        Format.decimal(chord.loss, places: 4), Format.percent(point.accuracy), Format.percent(chord.accuracy),
      ])
    }
    table.print()
    let gap = path.connectivityGap ?? 0
    for (name, text) in [
      ("loss", Sparkline.text(Sparkline.thinned(path.points.map(\.loss), to: 60))),
      ("accuracy", Sparkline.text(Sparkline.thinned(path.points.map(\.accuracy), to: 60))),
      (
        "barrier of the loss",
        "\(number(path.barrier, 4)) above the mean of the ends, \(number(path.barrierAboveChord, 4)) above the chord"
      ),
      (
        "gap of the accuracy",
        "\(number(gap * 100, 1)) points: \(gap >= 0 ? "linearly connected" : "below the chord on the way")"
      ),
      ("gain half way", path.midpointGain.map { "\(PathView.points($0)) above the mean of the ends" } ?? "-"),
      (
        "q-diversity",
        "\(number(measurement.diversity.qDiversity, 3)), ratio-error \(number(measurement.diversity.ratioError, 3))"
      ),
    ] { Terminal.print("\(name.padding(20))  \(text)") }
    printDomains()
    Terminal.print("")
  }

  private func printDomains() {
    guard !measurement.domains.isEmpty else { return }
    var table = TextTable(
      ["domain", "examples", first, "half way", second, "gain", "gap", "barrier", "accuracy"].map(Terminal.escape),
      [.left] + [TextTable.Alignment](repeating: .right, count: 7) + [.left])
    for domain in measurement.domains {
      let path = domain.path
      let accuracies = path.points.map(\.accuracy)
      table.add([
        Terminal.escape(domain.name), "\(domain.exampleCount)", Format.percent(accuracies.first ?? 0),
        path.points.first { $0.lambda == 0.5 }.map { Format.percent($0.accuracy) } ?? "-",
        Format.percent(accuracies.last ?? 0), path.midpointGain.map(PathView.points) ?? "-",
        number(path.connectivityGap.map { $0 * 100 }, 1), number(path.barrier, 4),
        Sparkline.text(Sparkline.thinned(accuracies, to: 40)),
      ])
    }
    table.print()
  }

  private func number(_ value: Double?, _ places: Int) -> String {
    value.map { Format.decimal($0, places: places) } ?? "-"
  }

  /// `+1.2`, of a difference of accuracies.
  static func points(_ difference: Double) -> String {
    "\(difference >= 0 ? "+" : "")\(Format.decimal(difference * 100, places: 1))"
  }

  // MARK: JSON

  var json: JSONValue {
    var members = PathView.members(path, exampleCount: measurement.exampleCount)
    let diversity = DiversityView.json(measurement.diversity, measurement.agreement)
    members = [("data", .string(data))] + members + diversity
    members.append(
      (
        "domains",
        .array(
          measurement.domains.map { domain in
            .object(
              JSONObject(
                [("domain", .string(domain.name))] + PathView.members(domain.path, exampleCount: domain.exampleCount)))
          })
      ))
    return .object(JSONObject(members))
  }

  private static func members(_ path: LinearPath, exampleCount: Int) -> [(key: String, value: JSONValue)] {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    return [
      ("exampleCount", .integer(Int64(exampleCount))),
      (
        "points",
        .array(
          zip(path.points, path.chord).map { point, chord in
            [
              "lambda": .number(point.lambda), "loss": .number(point.loss), "accuracy": .number(point.accuracy),
              "chordLoss": .number(chord.loss), "chordAccuracy": .number(chord.accuracy),
            ]
          })
      ),
      ("barrier", number(path.barrier)), ("barrierAboveChord", number(path.barrierAboveChord)),
      ("connectivityGap", number(path.connectivityGap)), ("midpointGain", number(path.midpointGain)),
    ]
  }

  // MARK: Plots

  /// Loss and accuracy with their chords, and the accuracy of each domain.
  var drawings: [SVGDrawing] {
    let place = "on the line, \(data)"
    var plots = [
      plot(
        "Loss \(place)", "loss",
        "The loss rises at most \(number(path.barrierAboveChord, 4)) above the chord between its ends.",
        [
          curve("on the line", path.points) { $0.loss }, curve("chord", path.chord, .chord) { $0.loss },
        ]),
      plot(
        "Accuracy \(place)", "accuracy, %",
        "The accuracy lies at least \(number(path.connectivityGap.map { $0 * 100 }, 1)) points above the chord between "
          + "its ends.",
        [
          curve("on the line", path.points) { $0.accuracy * 100 },
          curve("chord", path.chord, .chord) { $0.accuracy * 100 },
        ]),
    ]
    if !measurement.domains.isEmpty {
      plots.append(
        plot(
          "Accuracy by domain, \(data)", "accuracy, %",
          "One curve for each of \(Format.count(measurement.domains.count, "domain")).",
          measurement.domains.map { domain in curve(domain.name, domain.path.points) { $0.accuracy * 100 } }))
    }
    return plots.map(\.drawing)
  }

  private func plot(_ title: String, _ y: String, _ summary: String, _ series: [LinePlot.Series]) -> LinePlot {
    LinePlot(title: title, summary: summary, x: .init("λ: 0 is \(first), 1 is \(second)"), y: .init(y), series: series)
  }

  private func curve(
    _ name: String, _ points: [LinearPath.Point], _ mark: LinePlot.Mark = .curve,
    _ value: (LinearPath.Point) -> Double
  ) -> LinePlot.Series {
    LinePlot.Series(name, mark, points.map { .init($0.lambda, value($0)) })
  }
}
