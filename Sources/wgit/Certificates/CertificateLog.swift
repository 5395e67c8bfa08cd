import Documents
import Trainer
import WeightStore

/// What certificates said of a commit, for `wgit log --certificates`.
enum CertificateLog {
  static func lines(_ commit: ObjectID<Commit>, in repository: Repository) throws -> [String] {
    try repository.certificateResults(of: commit).flatMap { result in
      (result.details?.judgements ?? []).map { judgement in
        let value = text(result.values[judgement.value] ?? .nan, judgement.value)
        var line = "\(result.name)  \(judgement.value) \(value)"
        if let lower = judgement.lower, let upper = judgement.upper {
          line += " (\(text(lower, judgement.value)) to \(text(upper, judgement.value)))"
        }
        line += "  \(judgement.verdict == "fails" ? "FAILS" : judgement.verdict)"
        if let baseline = judgement.baseline { line += " against \(baseline.short)" }
        if result.details?.attestation != nil { line += ", signed" }
        return Terminal.escape(line)
      }
    }
  }

  /// Shares of examples in percent, losses and errors as they are.
  static func text(_ value: Double, _ name: String) -> String {
    isFraction(name) ? Format.percent(value) : Format.decimal(value, places: 4)
  }

  /// Whether the values of a metric, or of one domain of it, are shares of examples.
  static func isFraction(_ name: String) -> Bool {
    CertificateMetric(name: String(name.prefix { $0 != "[" }))?.measure.isLowerBetter == false
  }

  static func json(_ commit: ObjectID<Commit>, in repository: Repository) throws -> JSONValue {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    return .array(
      try repository.certificateResults(of: commit).flatMap { result in
        (result.details?.judgements ?? []).map { judgement in
          [
            "certificate": .string(result.name), "metric": .string(judgement.value),
            "value": number(result.values[judgement.value]), "lower": number(judgement.lower),
            "upper": number(judgement.upper), "verdict": .string(judgement.verdict),
            "baselineCommit": judgement.baseline.map { .string($0.hex) } ?? .null, "p": number(judgement.p),
            "evaluator": .string(result.evaluator), "isSigned": .bool(result.details?.attestation != nil),
          ]
        }
      })
  }
}
