import Documents
import Reports
import Trainer

/// What certificates said, as a table, as JSON, as Markdown.
enum CertificateTable {
  private static func header(_ outcomes: [CertificateOutcome]) -> [String] {
    let isUsual = outcomes.allSatisfy { $0.certificate.level == 0.05 && $0.domain == nil }
    return [
      "certificate", "metric", "revision", "value", isUsual ? "95 % interval" : "interval", "baseline", "change", "p",
      "required", "verdict",
    ]
  }

  static func print(_ outcomes: [CertificateOutcome]) {
    var table = TextTable(
      header(outcomes), [.left, .left, .left, .right, .left, .right, .right, .right, .left, .left])
    for outcome in outcomes { table.add(row(outcome).map(Terminal.escape)) }
    table.print()
  }

  static func markdown(_ outcomes: [CertificateOutcome]) -> String {
    MarkdownTable(header: header(outcomes), rows: outcomes.map(row)).text
  }

  private static func row(_ outcome: CertificateOutcome) -> [String] {
    let text = CertificateText(outcome)
    return [
      outcome.certificate.name, outcome.metricName, outcome.revision, text.value(outcome.value), text.interval,
      outcome.baseline.map { text.value($0.value) } ?? "-", outcome.change.map { text.signed($0.difference) } ?? "-",
      outcome.change?.p.map(CertificateText.p) ?? "-", text.required, text.verdict,
    ]
  }

  static func json(_ outcome: CertificateOutcome) -> JSONValue {
    let thresholds = outcome.certificate.thresholds
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    return [
      "certificate": .string(outcome.certificate.name),
      "revision": .string(outcome.revision),
      "commit": .string(outcome.commit.hex),
      "metric": .string(outcome.metricName),
      "value": .number(outcome.value),
      "lower": number(outcome.measurement.interval?.lower),
      "upper": number(outcome.measurement.interval?.upper),
      "baseline": number(outcome.baseline?.value),
      "baselineCommit": outcome.baselineCommit.map { .string($0.hex) } ?? .null,
      "change": number(outcome.change?.difference),
      "p": number(outcome.change?.p),
      "level": .number(outcome.certificate.level),
      "strict": .bool(outcome.certificate.isStrict),
      "known": .bool(outcome.isKnown),
      "samplesPerSecond": number(outcome.samplesPerSecond),
      "exampleCount": .integer(Int64(outcome.measurement.exampleCount)),
      "minimum": number(thresholds.minimum),
      "maximum": number(thresholds.maximum),
      "maxDrop": number(thresholds.maximumDrop),
      "maxRelativeDrop": number(thresholds.maximumRelativeDrop),
      "verdict": .string(outcome.judgement.verdict.rawValue),
      "reason": .string(CertificateText(outcome).verdict),
      "decidingCount": CertificateText(outcome).decidingCount.map { .integer(Int64($0)) } ?? .null,
    ]
  }
}
