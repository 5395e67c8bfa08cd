import Documents
import Reports
import Statistics

/// A recipe's results as tables in a terminal, as Markdown, as JSON.
struct ResultsText {
  let recipe: RatatouilleRecipe
  let results: RatatouilleResults

  private var title: String {
    "\(recipe.name): accuracy on the held-out domain, \(Format.count(results.cells.count, "cell")) "
      + "(\(Format.count(results.heldOut.count, "domain")), \(Format.count(results.splits.count, "split")))"
  }

  private var accuracyHeader: [String] { ["method"] + results.heldOut + (results.heldOut.count > 1 ? ["mean"] : []) }

  private var accuracyRows: [[String]] {
    results.methods.map { method in
      [method.name] + results.heldOut.map { ResultsText.text(results.accuracy(method.name, heldOut: $0)) }
        + (results.heldOut.count > 1 ? [ResultsText.text(results.average(method.name))] : [])
    }
  }

  private static let differenceHeader = ["difference, in points", "mean", "ahead", "behind", "p"]

  private var differenceRows: [[String]] {
    results.differences.map { difference in
      let comparison = difference.comparison
      return [
        "\(difference.method) - \(difference.other)",
        ResultsText.signed(comparison.mean) + ResultsText.error(comparison.standardError, places: 2),
        "\(comparison.positiveCount) of \(comparison.count)", "\(comparison.negativeCount)",
        comparison.p.map(CertificateText.p) ?? "-",
      ]
    }
  }

  private static func text(_ sample: SampleMean) -> String {
    Format.decimal(sample.mean * 100, places: 1) + error(sample.standardError, places: 1)
  }

  private static func error(_ error: Double?, places: Int) -> String {
    error.map { " ± \(Format.decimal($0 * 100, places: places))" } ?? ""
  }

  private static func signed(_ value: Double) -> String {
    (value > 0 ? "+" : "") + Format.decimal(value * 100, places: 2)
  }

  func print() {
    Terminal.print(Terminal.escape(title))
    var table = TextTable(accuracyHeader.map(Terminal.escape), [.left] + accuracyHeader.dropFirst().map { _ in .right })
    for row in accuracyRows { table.add(row) }
    table.print()
    if results.cells.count > 1 {
      Terminal.print("")
      var differences = TextTable(ResultsText.differenceHeader, [.left, .right, .right, .right, .right])
      for row in differenceRows { differences.add(row) }
      differences.print()
    }
    guard !geometryRows.isEmpty else { return }
    Terminal.print("")
    var geometry = TextTable(ResultsText.geometryHeader, [.left, .right, .right, .right])
    for row in geometryRows { geometry.add(row) }
    geometry.print()
  }

  private static let geometryHeader = ["pool", "q-diversity", "gain half way", "rise of the loss"]

  /// Pools of one model have no pairs.
  private var geometryRows: [[String]] {
    results.pools.compactMap { pool in
      let gain = results.geometry(pool, \.midpointGain)
      guard gain.count > 0 else { return nil }
      let diversity = results.geometry(pool, \.qDiversity)
      let barrier = results.geometry(pool, \.midpointBarrier)
      let plain = { (sample: SampleMean) in
        Format.decimal(sample.mean, places: 3)
          + (sample.standardError.map { " ± \(Format.decimal($0, places: 3))" } ?? "")
      }
      return [
        pool, diversity.count > 0 ? plain(diversity) : "-",
        ResultsText.signed(gain.mean) + ResultsText.error(gain.standardError, places: 2), plain(barrier),
      ]
    }
  }

  var markdown: String {
    var lines = ["# \(recipe.name)", "", "\(title). Percent ± standard error over splits.", ""]
    lines += [MarkdownTable(header: accuracyHeader, rows: accuracyRows).text]
    if results.cells.count > 1 {
      lines += [
        "Paired over cells; p of the paired t test.", "",
        MarkdownTable(header: ResultsText.differenceHeader, rows: differenceRows).text,
      ]
    }
    if !geometryRows.isEmpty {
      lines += [
        "How the fine-tunings of a pool lie to each other, mean ± standard error over cells: how differently they err, and half "
          + "way between neighbours the accuracy and the loss against the mean of the two.", "",
        MarkdownTable(header: ResultsText.geometryHeader, rows: geometryRows).text,
      ]
    }
    lines += ["| method | what it is |", "|---|---|"] + results.methods.map { "| \($0.name) | \($0.summary) |" }
    let seeds = recipe.target.splits.map(String.init).joined(separator: ", ")
    lines += [
      "",
      "Splits have the seeds \(seeds); run r of split s has the seed "
        + "\(RatatouilleRecipe.seedsPerSplit) s + r, r from 0 to \(recipe.target.runCount - 1).",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    let sample = { (sample: SampleMean) -> JSONValue in
      ["mean": .number(sample.mean), "standardError": number(sample.standardError)]
    }
    return [
      "recipe": .string(recipe.name),
      "methods": .array(
        results.methods.map { method in
          [
            "method": .string(method.name), "what": .string(method.summary),
            "accuracy": sample(results.average(method.name)),
            "heldOut": .object(
              JSONObject(
                results.heldOut.map { (key: $0, value: sample(results.accuracy(method.name, heldOut: $0))) })),
          ]
        }),
      "differences": .array(
        results.differences.map { difference in
          let comparison = difference.comparison
          return [
            "method": .string(difference.method), "other": .string(difference.other),
            "mean": .number(comparison.mean), "standardError": number(comparison.standardError),
            "cells": .integer(Int64(comparison.count)), "ahead": .integer(Int64(comparison.positiveCount)),
            "behind": .integer(Int64(comparison.negativeCount)), "p": number(comparison.p),
            "signP": .number(comparison.signP),
          ]
        }),
      "pools": .array(
        results.pools.map { pool in
          [
            "pool": .string(pool), "qDiversity": sample(results.geometry(pool, \.qDiversity)),
            "midpointGain": sample(results.geometry(pool, \.midpointGain)),
            "midpointBarrier": sample(results.geometry(pool, \.midpointBarrier)),
          ]
        }),
      "cells": .array(results.cells.map { ResultsText.json($0, results.methods.map(\.name)) }),
    ]
  }

  private static func json(_ cell: RatatouilleResults.Cell, _ methods: [String]) -> JSONValue {
    let members = { (values: [String: Double]) -> JSONValue in
      .object(JSONObject(methods.compactMap { name in values[name].map { (key: name, value: .number($0)) } }))
    }
    return [
      "heldOut": .string(cell.heldOut), "split": .string("\(cell.split)"), "accuracy": members(cell.accuracies),
      "validationAccuracy": members(cell.validation),
    ]
  }
}
