import Statistics
import Trainer

/// A certificate's numbers and verdict in words.
struct CertificateText {
  private let outcome: CertificateOutcome
  private var measure: CertificateMetric.Measure { outcome.certificate.metric.measure }

  init(_ outcome: CertificateOutcome) {
    self.outcome = outcome
  }

  /// Shares of examples in percent, losses and errors as they are.
  private var isPercentage: Bool { !measure.isLowerBetter }

  func value(_ value: Double) -> String {
    isPercentage ? Format.percent(value) : Format.decimal(value, places: 4)
  }

  /// A difference: of percentages in points, with two places where one would show none.
  private func difference(_ value: Double) -> String {
    guard isPercentage else { return Format.decimal(value, places: 4) }
    return Format.decimal(value * 100, places: value != 0 && abs(value) < 0.0005 ? 2 : 1)
  }

  func signed(_ value: Double) -> String { (value >= 0 ? "+" : "") + difference(value) }

  var interval: String {
    guard let interval = outcome.measurement.interval else { return "-" }
    let bound = { (value: Double) in
      isPercentage ? Format.decimal(value * 100, places: 1) : Format.decimal(value, places: 4)
    }
    return "\(bound(interval.lower)) to \(bound(interval.upper))"
  }

  static func p(_ value: Double) -> String { value < 0.001 ? "<0.001" : Format.decimal(value, places: 3) }

  var required: String {
    let thresholds = outcome.certificate.thresholds
    let drop = measure.isLowerBetter ? "rise" : "drop"
    var parts: [String] = []
    if let minimum = thresholds.minimum { parts.append("at least \(value(minimum))") }
    if let maximum = thresholds.maximum { parts.append("at most \(value(maximum))") }
    if let limit = thresholds.maximumDrop { parts.append("\(drop) at most \(difference(limit))") }
    if let share = thresholds.maximumRelativeDrop {
      parts.append("\(drop) at most \(Format.percent(share)) of the baseline")
    }
    return parts.joined(separator: ", ")
  }

  var verdict: String {
    let judgement = outcome.judgement
    switch judgement.verdict {
    case .holds: return "holds"
    case .fails:
      return "FAILS: " + judgement.violations.filter(\.isCertain).map { text($0.kind) }.joined(separator: ", ")
    case .undecided:
      if judgement.violations.isEmpty { return "undecided: no baseline" }
      let reasons = judgement.violations.map { text($0.kind) }.joined(separator: ", ")
      let more = decidingCount.map { "; about \($0) examples would decide" } ?? ""
      return "undecided: \(reasons), which may be chance\(more)"
    }
  }

  /// Examples with which what is missed would be decided, of all that is missed.
  var decidingCount: Int? {
    guard outcome.judgement.verdict == .undecided else { return nil }
    return outcome.judgement.violations.compactMap(\.decidingCount).max()
  }

  private func text(_ kind: CertificateJudgement.Violation.Kind) -> String {
    let dropped = measure.isLowerBetter ? "rose" : "dropped"
    return switch kind {
    case .belowMinimum: "below the minimum"
    case .aboveMaximum: "above the maximum"
    case .dropped(let drop): "\(dropped) by \(difference(drop))"
    case .droppedRelatively(let share): "\(dropped) by \(Format.percent(share)) of the baseline"
    case .notANumber: "the value is not a number"
    }
  }
}
