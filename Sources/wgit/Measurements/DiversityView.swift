import Documents
import Reports
import Statistics
import Trainer

/// What was measured of several models on the same examples, as text, JSON and plots.
struct DiversityView {
  let names: [String]
  let data: String
  let measurement: EnsembleMeasurement

  private var domainNames: [String] {
    let domains = measurement.members.first?.domains ?? []
    return domains.count > 1 ? domains.map(\.name) : []
  }

  /// All models together, with what they are called.
  private var together: [(name: String, evaluation: Evaluation)] {
    [("ensemble (mean of logits)", measurement.ensemble)]
      + (measurement.average.map { [("average of weights", $0)] } ?? [])
  }

  // MARK: Text

  func print() {
    let count = Format.count(measurement.members.first?.exampleCount ?? 0, "example")
    Terminal.print(Style.bold(Terminal.escape("\(Format.count(names.count, "model")) on the \(count) of \(data)")))
    printAccuracies()
    Terminal.print("")
    printPairs()
    Terminal.print("")
  }

  private func printAccuracies() {
    var table = TextTable(
      ["", "accuracy", "log-loss"] + domainNames.map(Terminal.escape),
      [.left] + [TextTable.Alignment](repeating: .right, count: 2 + domainNames.count))
    func row(_ name: String, _ evaluation: Evaluation) -> [String] {
      [Terminal.escape(name), Format.percent(evaluation.accuracy), Format.decimal(evaluation.meanLogLoss, places: 4)]
        + (domainNames.isEmpty ? [] : evaluation.domains.map { Format.percent($0.accuracy) })
    }
    for (name, evaluation) in zip(names, measurement.members) { table.add(row(name, evaluation)) }
    let means = domainNames.indices.map { domain in
      measurement.members.map { $0.domains[domain].accuracy }.reduce(0, +) / Double(names.count)
    }
    table.add(
      [
        "mean of the models", Format.percent(measurement.meanAccuracy),
        Format.decimal(measurement.meanLogLoss, places: 4),
      ]
        + means.map { Format.percent($0) })
    for (name, evaluation) in together { table.add(row(name, evaluation)) }
    table.print()
    if measurement.average == nil {
      Terminal.print("no average of weights: the models have different networks")
    }
  }

  private func printPairs() {
    let hasGain = measurement.pairs.contains { $0.gain != nil }
    var table = TextTable(
      ["pair", "", "q-diversity", "ratio-error", "disagreement", "same errors"] + (hasGain ? ["gain"] : []),
      [.left, .left] + [TextTable.Alignment](repeating: .right, count: hasGain ? 5 : 4))
    for pair in measurement.pairs {
      table.add(
        [Terminal.escape(names[pair.first]), Terminal.escape(names[pair.second])]
          + [
            number(pair.diversity.qDiversity), number(pair.diversity.ratioError),
            pair.agreement.disagreement.map { Format.percent($0) } ?? "-",
            pair.agreement.errorAgreement.map { Format.percent($0) } ?? "-",
          ] + (hasGain ? [pair.gain.map(PathView.points) ?? "-"] : []))
    }
    if measurement.pairs.count > 1 {
      table.add(
        ["mean", "", number(measurement.meanQDiversity), number(measurement.meanRatioError), "", ""]
          + (hasGain ? [""] : []))
    }
    table.print()
  }

  private func number(_ value: Double?) -> String { value.map { Format.decimal($0, places: 3) } ?? "-" }

  // MARK: JSON

  var json: JSONValue {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    return [
      "data": .string(data), "exampleCount": .integer(Int64(measurement.members.first?.exampleCount ?? 0)),
      "models": .array(
        zip(names, measurement.members).map { name, evaluation in
          .object(JSONObject([("revision", .string(name))] + DiversityView.members(evaluation)))
        }),
      "meanAccuracy": .number(measurement.meanAccuracy), "meanLogLoss": .number(measurement.meanLogLoss),
      "ensemble": .object(JSONObject(DiversityView.members(measurement.ensemble))),
      "averageOfWeights": measurement.average.map { .object(JSONObject(DiversityView.members($0))) } ?? .null,
      "meanQDiversity": number(measurement.meanQDiversity), "meanRatioError": number(measurement.meanRatioError),
      "pairs": .array(
        measurement.pairs.map { pair in
          .object(
            JSONObject(
              [
                ("first", .string(names[pair.first])), ("second", .string(names[pair.second])),
              ] + DiversityView.json(pair.diversity, pair.agreement) + [
                ("averageAccuracy", number(pair.average?.accuracy)), ("gain", number(pair.gain)),
              ]))
        }),
    ]
  }

  private static func members(_ evaluation: Evaluation) -> [(key: String, value: JSONValue)] {
    [
      ("accuracy", .number(evaluation.accuracy)), ("logLoss", .number(evaluation.meanLogLoss)),
      (
        "domains",
        .array(
          evaluation.domains.map {
            [
              "domain": .string($0.name), "exampleCount": .integer(Int64($0.exampleCount)),
              "accuracy": .number($0.accuracy), "logLoss": .number($0.meanLogLoss),
            ]
          })
      ),
    ]
  }

  /// How differently two models err, for machines.
  static func json(
    _ diversity: Diversity, _ agreement: PredictionAgreement
  ) -> [(key: String, value: JSONValue)] {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    let count = { (value: Int) in JSONValue.integer(Int64(value)) }
    return [
      ("qDiversity", number(diversity.qDiversity)), ("ratioError", number(diversity.ratioError)),
      ("disagreement", number(agreement.disagreement)), ("errorAgreement", number(agreement.errorAgreement)),
      ("bothRight", count(diversity.both)), ("onlyFirstRight", count(diversity.onlyFirst)),
      ("onlySecondRight", count(diversity.onlySecond)), ("bothWrong", count(diversity.none)),
    ]
  }

  // MARK: Plots

  /// What averaging two models gains, over how differently they err.
  var drawings: [SVGDrawing] {
    [
      scatter("q-diversity") { $0.diversity.qDiversity }, scatter("ratio-error") { $0.diversity.ratioError },
    ]
  }

  /// The names without the folders that all of them begin with.
  private var shortNames: [String] {
    var parts = names.map { $0.split(separator: "/", omittingEmptySubsequences: false) }
    while let first = parts.first?.first, parts.allSatisfy({ $0.count > 1 && $0.first == first }) {
      parts = parts.map { Array($0.dropFirst()) }
    }
    return parts.map { $0.joined(separator: "/") }
  }

  private func scatter(_ measure: String, _ value: (EnsembleMeasurement.Pair) -> Double?) -> SVGDrawing {
    let names = shortNames
    let points = measurement.pairs.compactMap { pair -> LinePlot.Point? in
      guard let x = value(pair), let gain = pair.gain else { return nil }
      // Many names would lie upon each other.
      let label = measurement.pairs.count > 15 ? nil : "\(names[pair.first]), \(names[pair.second])"
      return LinePlot.Point(x, gain * 100, label: label)
    }
    return LinePlot(
      title: "Gain of averaging two models, \(data)",
      summary:
        "\(Format.count(points.count, "pair")): accuracy of the average less the mean of the two, over \(measure).",
      x: .init(measure), y: .init("gain, points"), series: [LinePlot.Series("pairs", .points, points)]
    ).drawing
  }
}
