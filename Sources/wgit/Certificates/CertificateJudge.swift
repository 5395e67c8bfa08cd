import Trainer
import WeightStore

/// Turns what was evaluated into rows with verdicts.
struct CertificateJudge {
  private let file: CertificateFile
  private var certificate: Certificate { file.certificate }
  private let revision: String
  private let baselineCommit: ObjectID<Commit>?

  init(_ file: CertificateFile, revision: String, baselineCommit: ObjectID<Commit>?) {
    self.file = file
    self.revision = revision
    self.baselineCommit = baselineCommit
  }

  func judge(
    _ evaluation: EvaluatedCertificate, against reference: EvaluatedCertificate?
  ) throws -> [CertificateOutcome] {
    guard let outcomes = evaluation.outcomes else { return [try plain(evaluation, reference)] }
    guard certificate.metric.slice == .eachDomain else {
      return [row(nil, outcomes, reference?.outcomes, evaluation, level: certificate.level)]
    }
    let groups = outcomes.domainGroups
    // Bonferroni: of many domains one would be found guilty by chance.
    let level = certificate.level / Double(max(1, groups.count))
    let before = reference?.outcomes.map { outcomes in
      Dictionary(outcomes.domainGroups.map { ($0.name, $0.indices) }, uniquingKeysWith: { first, _ in first })
    }
    return groups.map { name, indices in
      row(
        name, outcomes.selecting(indices),
        before?[name].flatMap { indices in reference?.outcomes?.selecting(indices) }, evaluation, level: level)
    }
  }

  private func row(
    _ domain: String?, _ outcomes: ExampleOutcomes, _ before: ExampleOutcomes?, _ evaluation: EvaluatedCertificate,
    level: Double
  ) -> CertificateOutcome {
    let metric = domain == nil ? certificate.metric : CertificateMetric(certificate.metric.measure)
    let computation = MetricComputation(metric, level: level, seed: certificate.seed)
    let measurement = computation.measure(outcomes)
    let baseline = before.map { Measurement(value: computation.value($0), interval: nil, exampleCount: $0.count) }
    let change = before.flatMap { before in
      computation.change(from: before, to: outcomes)
        ?? MetricChange(difference: measurement.value - computation.value(before))
    }
    return outcome(domain, measurement, baseline, change, evaluation, level: level)
  }

  /// Of values without outcomes neither intervals nor tests can be made.
  private func plain(
    _ evaluation: EvaluatedCertificate, _ reference: EvaluatedCertificate?
  ) throws -> CertificateOutcome {
    let name = certificate.metric.name
    let measurement = Measurement(
      value: evaluation.value(name), interval: nil, exampleCount: evaluation.result.exampleCount)
    let baseline = reference.map {
      Measurement(value: $0.value(name), interval: nil, exampleCount: $0.result.exampleCount)
    }
    let change = baseline.map { MetricChange(difference: measurement.value - $0.value) }
    return outcome(nil, measurement, baseline, change, evaluation, level: certificate.level)
  }

  private func outcome(
    _ domain: String?, _ measurement: Measurement, _ baseline: Measurement?, _ change: MetricChange?,
    _ evaluation: EvaluatedCertificate, level: Double
  ) -> CertificateOutcome {
    CertificateOutcome(
      certificate: certificate, path: file.path, domain: domain, revision: revision, commit: evaluation.result.commit,
      baselineCommit: baseline == nil ? nil : baselineCommit, measurement: measurement, baseline: baseline,
      change: change,
      judgement: certificate.judge(measurement, baseline: baseline?.value, change: change, level: level),
      isKnown: evaluation.isKnown, samplesPerSecond: evaluation.samplesPerSecond)
  }
}

extension CertificateOutcome {
  /// As it is kept with the result.
  var record: CertificateResult.Judgement {
    let finite = { (value: Double?) in value.flatMap { $0.isFinite ? $0 : nil } }
    return CertificateResult.Judgement(
      value: metricName, verdict: judgement.verdict.rawValue, lower: finite(measurement.interval?.lower),
      upper: finite(measurement.interval?.upper), baseline: baselineCommit, baselineValue: finite(baseline?.value),
      p: finite(change?.p))
  }
}
