import Trainer
import WeightStore

/// One row of the table that `wgit test` prints.
struct CertificateOutcome {
  let certificate: Certificate
  /// The certificate's file.
  let path: String
  /// Of an `each-domain-` metric, the domain.
  let domain: String?
  let revision: String
  let commit: ObjectID<Commit>
  let baselineCommit: ObjectID<Commit>?
  let measurement: Measurement
  let baseline: Measurement?
  let change: MetricChange?
  let judgement: CertificateJudgement
  /// The value was known from an earlier run.
  let isKnown: Bool
  /// How fast it was evaluated, if that was just done by wgit itself.
  let samplesPerSecond: Double?

  var value: Double { measurement.value }

  /// `accuracy`, `accuracy[75]`.
  var metricName: String {
    domain.map { "\(certificate.metric.measure.name)[\($0)]" } ?? certificate.metric.name
  }
}

extension [CertificateOutcome] {
  /// Of all together: fails if one fails; undecided if one is that chance may explain, or if nothing could be compared.
  var verdict: CertificateJudgement.Verdict {
    if contains(where: { $0.judgement.verdict == .fails }) { return .fails }
    if contains(where: { !$0.judgement.violations.isEmpty }) { return .undecided }
    return allSatisfy(\.judgement.lacksBaseline) ? .undecided : .holds
  }
}
