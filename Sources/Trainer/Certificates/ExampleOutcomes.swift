/// What a model did on each example, as far as one metric needs it.
///
/// The examples of two versions of a model are the same, in the same order; so outcomes can be compared in pairs.
package struct ExampleOutcomes: Sendable, Equatable {
  /// Names of the domains, and the domain of each example.
  package let domainNames: [String]
  package private(set) var domains: [Int32]
  /// Accuracy, top-k and the calibration error: was the example told right.
  package var correct: [Bool]?
  /// The log-loss or squared error of each example; for the calibration error its confidence.
  package var values: [Double]?
  /// Balanced accuracy and macro F1. A prediction of -1 is none.
  package var labels: [Int32]?
  package var predictions: [Int32]?

  package init(domainNames: [String], domains: [Int32]) {
    self.domainNames = domainNames
    self.domains = domains
  }

  package var count: Int { domains.count }

  /// Whether the arrays that are there have one entry for each example, and domains and labels are in range.
  package var isConsistent: Bool {
    [correct?.count, values?.count, labels?.count, predictions?.count].allSatisfy { $0 == nil || $0 == count }
      && domains.allSatisfy { domainNames.indices.contains(Int($0)) }
      && (labels ?? []).allSatisfy { (0...Self.largestClass).contains($0) }
      && (predictions ?? []).allSatisfy { (-1...Self.largestClass).contains($0) }
  }

  /// Larger numbers of classes are not believed: counts for each are kept.
  package static let largestClass: Int32 = 1 << 24

  /// Whether there is all that a metric needs.
  package func suffice(for measure: CertificateMetric.Measure) -> Bool {
    switch measure {
    case .accuracy, .top: correct != nil
    case .balancedAccuracy, .macroF1: labels != nil && predictions != nil
    case .logLoss, .meanSquaredError: values != nil
    case .calibrationError: correct != nil && values != nil
    }
  }

  /// Whether example by example the same was asked, as far as the outcomes tell.
  package func isPaired(with other: ExampleOutcomes) -> Bool {
    domainNames == other.domainNames && domains == other.domains && labels == other.labels
  }

  /// Indices of the examples of each domain that has any, in the domains' order.
  package var domainGroups: [(name: String, indices: [Int])] {
    var groups = domainNames.map { (name: $0, indices: [Int]()) }
    for (index, domain) in domains.enumerated() { groups[Int(domain)].indices.append(index) }
    return groups.filter { !$0.indices.isEmpty }
  }

  /// Puts further examples, told of in the same way, behind these.
  package mutating func append(_ other: ExampleOutcomes) {
    domains += other.domains
    correct?.append(contentsOf: other.correct ?? [])
    values?.append(contentsOf: other.values ?? [])
    labels?.append(contentsOf: other.labels ?? [])
    predictions?.append(contentsOf: other.predictions ?? [])
  }

  /// Some of the examples.
  package func selecting(_ indices: [Int]) -> ExampleOutcomes {
    var selected = ExampleOutcomes(domainNames: domainNames, domains: indices.map { domains[$0] })
    selected.correct = correct.map { all in indices.map { all[$0] } }
    selected.values = values.map { all in indices.map { all[$0] } }
    selected.labels = labels.map { all in indices.map { all[$0] } }
    selected.predictions = predictions.map { all in indices.map { all[$0] } }
    return selected
  }
}
