import Documents
import Trainer
import WeightStore

/// A result together with what it says of each example, if that is known.
struct EvaluatedCertificate {
  var result: CertificateResult
  let outcomes: ExampleOutcomes?
  let isKnown: Bool
  /// Of wgit's own evaluator, when it has just run: without starting and loading.
  var samplesPerSecond: Double?

  /// What an evaluator found: outcomes of examples, or values alone.
  enum Finding {
    case outcomes(ExampleOutcomes)
    case values([String: Double], exampleCount: Int)
  }

  /// The value of the metric, or of one domain. NaN if it is none.
  func value(_ name: String) -> Double { result.values[name] ?? .nan }

  init(known result: CertificateResult, outcomes: ExampleOutcomes?) {
    self.result = result
    self.outcomes = outcomes
    isKnown = true
  }

  init(
    _ finding: Finding, of file: CertificateFile, commit: ObjectID<Commit>, dataSet: Digest, evaluator: String,
    environment: [String: String]
  ) {
    let certificate = file.certificate
    var values: [String: Double] = [:]
    let columns: JSONObject
    let exampleCount: Int
    switch finding {
    case .outcomes(let outcomes):
      values = Self.values(outcomes, certificate)
      columns = OutcomeColumns.json(outcomes)
      exampleCount = outcomes.count
      self.outcomes = outcomes
    case .values(let found, let count):
      values = found
      columns = JSONObject()
      exampleCount = count
      outcomes = nil
    }
    let isStored =
      outcomes != nil
      && columns.members.reduce(0) { $0 + ($1.value.stringValue?.utf8.count ?? 0) } <= OutcomeColumns.byteLimit
    result = CertificateResult(
      commit: commit, name: certificate.name, certificate: file.digest, dataSet: dataSet, evaluator: evaluator,
      values: values.filter { $0.value.isFinite }, exampleCount: exampleCount,
      outcomeDigest: OutcomeColumns.digest(columns),
      details: CertificateResult.Details(
        metric: certificate.metric.name, seed: certificate.seed, environment: environment,
        outcomes: isStored ? columns : nil, judgements: []))
    isKnown = false
  }

  /// The metric's value, and that of each domain if there are several.
  private static func values(_ outcomes: ExampleOutcomes, _ certificate: Certificate) -> [String: Double] {
    let metric = certificate.metric
    let whole = MetricComputation(metric, level: certificate.level, seed: certificate.seed)
    let single = MetricComputation(CertificateMetric(metric.measure), level: certificate.level, seed: certificate.seed)
    var values = [metric.name: whole.value(outcomes)]
    let groups = outcomes.domainGroups
    for (name, indices) in groups where groups.count > 1 || metric.slice == .eachDomain {
      values["\(metric.measure.name)[\(name)]"] = single.value(outcomes.selecting(indices))
    }
    return values
  }
}
