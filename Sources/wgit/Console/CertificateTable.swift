import Documents
import Reports
import Trainer

/// What certificates said, as a table, as JSON, as Markdown.
enum CertificateTable {
  private static let header = ["certificate", "revision", "value", "baseline", "change", "required", "verdict"]

  static func print(_ outcomes: [CertificateRunner.Outcome]) {
    var table = TextTable(header, [.left, .left, .right, .right, .right, .left, .left])
    for outcome in outcomes { table.add(row(outcome).map(Terminal.escape)) }
    table.print()
  }

  static func markdown(_ outcomes: [CertificateRunner.Outcome]) -> String {
    MarkdownTable(header: header, rows: outcomes.map(row)).text
  }

  private static func row(_ outcome: CertificateRunner.Outcome) -> [String] {
    [
      outcome.certificate.name, outcome.revision, Format.percent(outcome.value),
      outcome.baseline.map { Format.percent($0) } ?? "-",
      outcome.baseline.map { signed(outcome.value - $0) } ?? "-", required(outcome.certificate), verdict(outcome),
    ]
  }

  private static func signed(_ difference: Double) -> String {
    (difference >= 0 ? "+" : "") + Format.decimal(difference * 100, places: 1)
  }

  private static func required(_ certificate: Certificate) -> String {
    var parts: [String] = []
    if let minimum = certificate.minimum { parts.append("at least \(Format.percent(minimum))") }
    if let drop = certificate.maximumDrop { parts.append("drop at most \(Format.decimal(drop * 100, places: 1))") }
    return parts.joined(separator: ", ")
  }

  static func verdict(_ outcome: CertificateRunner.Outcome) -> String {
    if outcome.verdict.isUndecided { return "undecided: no baseline" }
    let reasons = outcome.verdict.failures.map { failure in
      switch failure {
      case .belowMinimum: "below the minimum"
      case .dropped(let drop): "dropped by \(Format.decimal(drop * 100, places: 1))"
      }
    }
    return reasons.isEmpty ? "holds" : "FAILS: " + reasons.joined(separator: ", ")
  }

  static func json(_ outcome: CertificateRunner.Outcome) -> JSONValue {
    [
      "certificate": .string(outcome.certificate.name),
      "revision": .string(outcome.revision),
      "commit": .string(outcome.commit.hex),
      "metric": .string(outcome.certificate.metric.rawValue),
      "value": .number(outcome.value),
      "baseline": outcome.baseline.map { .number($0) } ?? .null,
      "known": .bool(outcome.isKnown),
      "exampleCount": .integer(Int64(outcome.exampleCount)),
      "minimum": outcome.certificate.minimum.map { .number($0) } ?? .null,
      "maxDrop": outcome.certificate.maximumDrop.map { .number($0) } ?? .null,
      "verdict": .string(outcome.verdict.holds ? "holds" : outcome.verdict.isUndecided ? "undecided" : "fails"),
    ]
  }
}
