import Documents

/// A held-out data set as a regression test of a model, as data.
///
/// ```yaml
/// certificate: held-out-75
/// data: data/rotated.yaml          # below the project folder, as the other paths
/// network: network.json            # unless given
/// weights: model.safetensors       # unless given
/// domains: [75]                    # all
/// rows: {from: 0, per-domain: 2000}  # all rows of each domain
/// metric: accuracy
/// minimum: 0.6                     # at least one of the two
/// max-drop: 0.01                   # against the baseline
/// ```
///
/// Source: "datasets can be used as test certificates" (Ramé et al., arXiv 2212.10445, discussion).
package struct Certificate: Sendable, Equatable {
  package enum Metric: String, Sendable, CaseIterable {
    /// Fraction of examples whose largest logit is the label's.
    case accuracy
    /// The accuracy of the domain that has the lowest.
    case worstDomainAccuracy = "worst-domain-accuracy"
  }

  package let name: String
  package let dataPath: String
  package let networkPath: String
  package let weightsPath: String
  package let rows: RowSelection
  package let metric: Metric
  /// The lowest value that holds, 0...1.
  package let minimum: Double?
  /// How far the value may lie below the baseline's, 0...1.
  package let maximumDrop: Double?

  /// - Throws: `DocumentError` with the line.
  package static func parse(_ text: String, name: String) throws -> Certificate {
    let yaml = try YAMLDocument.parse(text, name: name)
    let certificate = try Certificate(yaml: yaml)
    try yaml.finish()
    return certificate
  }

  private init(yaml: YAMLMapping) throws {
    name = try yaml.string("certificate")
    dataPath = try yaml.string("data")
    networkPath = try yaml.optionalString("network") ?? "network.json"
    weightsPath = try yaml.optionalString("weights") ?? "model.safetensors"
    let rows = try yaml.optionalMapping("rows")
    self.rows = RowSelection(
      domains: try yaml.optionalStrings("domains"), perDomain: try rows?.optionalNaturalNumber("per-domain"),
      skip: try rows?.naturalNumber("from", default: 0) ?? 0)
    guard let metric = Metric(rawValue: try yaml.string("metric")) else {
      throw yaml.invalidValue(of: "metric", mustBe: Metric.allCases.map(\.rawValue).joined(separator: " or "))
    }
    self.metric = metric
    minimum = try Certificate.fraction("minimum", yaml)
    maximumDrop = try Certificate.fraction("max-drop", yaml)
    guard minimum != nil || maximumDrop != nil else {
      throw yaml.invalidValue(of: "certificate", mustBe: "given a threshold: \"minimum\", \"max-drop\" or both")
    }
  }

  private static func fraction(_ key: String, _ yaml: YAMLMapping) throws -> Double? {
    guard let value = try yaml.optionalNumber(key) else { return nil }
    guard (0...1).contains(value) else { throw yaml.invalidValue(of: key, mustBe: "between 0 and 1") }
    return value
  }

  /// The metric's value for an evaluation.
  package func value(of evaluation: Evaluation) -> Double {
    switch metric {
    case .accuracy: evaluation.accuracy
    case .worstDomainAccuracy: evaluation.domains.map(\.accuracy).min() ?? 0
    }
  }

  /// Whether a value holds.
  ///
  /// - Parameter baseline: the value of the version that is compared with; without one `max-drop` is not judged.
  package func verdict(_ value: Double, baseline: Double?) -> CertificateVerdict {
    var failures: [CertificateVerdict.Failure] = []
    if let minimum, value < minimum { failures.append(.belowMinimum(minimum)) }
    if let maximumDrop, let baseline, baseline - value > maximumDrop { failures.append(.dropped(baseline - value)) }
    let isUndecided = failures.isEmpty && minimum == nil && baseline == nil
    return CertificateVerdict(failures: failures, isUndecided: isUndecided)
  }
}

/// What a certificate says of a value.
package struct CertificateVerdict: Sendable, Equatable {
  package enum Failure: Sendable, Equatable {
    case belowMinimum(Double)
    /// By how much, beyond what is allowed.
    case dropped(Double)
  }

  package let failures: [Failure]
  /// There is only a `max-drop` and nothing to compare with.
  package let isUndecided: Bool

  package var holds: Bool { failures.isEmpty && !isUndecided }
}
