import Reports
import WeightStore

/// What certificates have said, for a report.
enum CertificateReport {
  /// Of one commit.
  static func table(_ results: [CertificateResult], _ links: ReportLinks) -> ReportBlock {
    var table = ReportTable(
      "What certificates said",
      [
        .init("certificate"), .init("metric"), .init("value", isNumber: true), .init("interval"), .init("baseline"),
        .init("p", isNumber: true), .init("verdict"),
      ])
    for result in results {
      for judgement in result.details?.judgements ?? [] { table.add(row(result, judgement, links)) }
    }
    guard !table.rows.isEmpty else { return .paragraph([.plain("No certificate was evaluated on this commit.")]) }
    return .table(table)
  }

  private static func row(
    _ result: CertificateResult, _ judgement: CertificateResult.Judgement, _ links: ReportLinks
  ) -> [[ReportText]] {
    let text = { (value: Double) in CertificateLog.text(value, judgement.value) }
    var baseline: [ReportText] = [.plain("-")]
    if let commit = judgement.baseline {
      baseline = [.plain(judgement.baselineValue.map { "\(text($0)) at " } ?? ""), links.commit(commit)]
    }
    let interval =
      judgement.lower.flatMap { lower in judgement.upper.map { "\(text(lower)) to \(text($0))" } } ?? "-"
    return [
      [.plain(result.name)], [.plain(judgement.value)],
      [.plain(result.values[judgement.value].map(text) ?? "not a number")], [.plain(interval)], baseline,
      [.plain(judgement.p.map(CertificateText.p) ?? "-")],
      [verdict(judgement.verdict)] + (result.details?.attestation == nil ? [] : [.plain(", signed")]),
    ]
  }

  static func verdict(_ word: String) -> ReportText {
    switch word {
    case "holds": .mark("holds", .good)
    case "fails": .mark("FAILS", .bad)
    default: .mark(word, .unsure)
    }
  }

  /// `held-out 51.3 % holds`, of everything that was judged.
  static func line(_ results: [CertificateResult]) -> [ReportText] {
    var texts: [ReportText] = []
    for value in CertifiedValue.all(results) {
      guard let found = value.find(in: results), let number = found.result.values[value.metric] else { continue }
      let metric = value.metric == "accuracy" ? "" : " \(value.metric)"
      texts += [
        .plain("\(texts.isEmpty ? "" : ", ")\(value.name)\(metric) \(value.text(number)) "),
        verdict(found.judgement?.verdict ?? "undecided"),
      ]
    }
    return texts
  }

  /// How the values of a commit's certificates came to be what they are, along first parents.
  ///
  /// - Parameter line: commits with their results, oldest first.
  static func history(_ line: [(id: ObjectID<Commit>, results: [CertificateResult])]) -> [SVGDrawing] {
    guard let last = line.last else { return [] }
    var values: [CertifiedValue] = []
    for value in line.reversed().flatMap({ CertifiedValue.all($0.results) }) where !values.contains(value) {
      values.append(value)
    }
    return [true, false].compactMap { isFraction in
      let series = values.filter { $0.isFraction == isFraction }.prefix(6).map { value in
        LinePlot.Series(
          "\(value.name), \(value.metric)", .curve,
          line.enumerated().map { index, point in
            .init(Double(index), value.value(in: point.results).map { isFraction ? $0 * 100 : $0 } ?? .nan)
          })
      }
      guard series.contains(where: { $0.points.count { $0.y.isFinite } > 1 }) else { return nil }
      return LinePlot(
        title: "Certificates along first parents",
        summary: "\(Format.count(series.count, "certificate")) over \(Format.count(line.count, "commit")) up to "
          + "\(last.id.short).",
        x: .init("commit", names: line.map { String($0.id.hex.prefix(7)) }),
        y: .init(isFraction ? "value, %" : "value"), series: Array(series)
      ).drawing
    }
  }
}
