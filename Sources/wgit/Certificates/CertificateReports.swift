import Reports
import WeightStore

/// What continuous integration reads of certificates: JUnit's XML and GitHub's annotations.
enum CertificateReports {
  static func junit(_ outcomes: [CertificateOutcome]) -> String {
    JUnitReport(
      name: "wgit certificates",
      cases: outcomes.map { outcome in
        let text = CertificateText(outcome)
        let ending: JUnitReport.Case.Ending =
          switch outcome.judgement.verdict {
          case .holds: .passed
          case .fails: .failed(text.verdict)
          case .undecided: .skipped(text.verdict)
          }
        return JUnitReport.Case(
          className: "\(outcome.certificate.name).\(outcome.revision)", name: outcome.metricName, ending: ending,
          output: summary(outcome))
      }
    ).text
  }

  /// `71.2 % (66.8 to 75.2), baseline 75.0 %, p 0.031; required: at least 70.0 %`.
  private static func summary(_ outcome: CertificateOutcome) -> String {
    let text = CertificateText(outcome)
    var parts = ["\(text.value(outcome.value)) (\(text.interval))"]
    if let baseline = outcome.baseline { parts.append("baseline \(text.value(baseline.value))") }
    if let p = outcome.change?.p { parts.append("p \(CertificateText.p(p))") }
    return parts.joined(separator: ", ") + "; required: \(text.required)"
  }

  /// Under GitHub Actions what does not hold is shown beside the certificate's file.
  static func annotate(_ outcomes: [CertificateOutcome]) {
    guard Environment.variable("GITHUB_ACTIONS") == "true" else { return }
    for outcome in outcomes {
      let command: String? =
        switch outcome.judgement.verdict {
        case .holds: nil
        case .fails: "error"
        case .undecided: "warning"
        }
      guard let command else { continue }
      let title = "\(outcome.certificate.name) on \(outcome.revision)"
      let message = "\(CertificateText(outcome).verdict): \(summary(outcome))"
      Terminal.message(
        "::\(command) file=\(property(outcome.path)),title=\(property(title))::\(data(message))")
    }
  }

  private static func data(_ text: String) -> String {
    [("%", "%25"), ("\r", "%0D"), ("\n", "%0A")].reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
