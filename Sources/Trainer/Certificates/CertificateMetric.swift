/// What a certificate measures, and over which slice of the data.
package struct CertificateMetric: Sendable, Hashable {
  package enum Measure: Sendable, Hashable {
    /// The share of examples whose largest logit is the label's.
    case accuracy
    /// The share of examples whose label is among the k largest logits.
    case top(Int)
    /// The mean over classes of the share told right.
    case balancedAccuracy
    /// The mean over classes of the harmonic mean of precision and recall.
    case macroF1
    /// The mean of -log of the label's probability, natural.
    case logLoss
    /// The expected calibration error with 15 bins.
    case calibrationError
    /// The mean over examples and classes of (probability - one-hot label)².
    case meanSquaredError
  }

  package enum Slice: Sendable, Hashable {
    case all
    /// The domain that does worst.
    case worstDomain
    /// Every domain by itself: the thresholds hold in each.
    case eachDomain
  }

  package let measure: Measure
  package let slice: Slice

  package init(_ measure: Measure, _ slice: Slice = .all) {
    self.measure = measure
    self.slice = slice
  }

  private static let prefixes: [(String, Slice)] = [("worst-domain-", .worstDomain), ("each-domain-", .eachDomain)]
  private static let fixed: [(String, Measure)] = [
    ("accuracy", .accuracy), ("balanced-accuracy", .balancedAccuracy), ("macro-f1", .macroF1), ("log-loss", .logLoss),
    ("calibration-error", .calibrationError), ("mean-squared-error", .meanSquaredError),
  ]

  /// `accuracy`, `top-5`, `worst-domain-log-loss`; nil for no metric.
  package init?(name: String) {
    let prefix = Self.prefixes.first { name.hasPrefix($0.0) }
    let rest = name.dropFirst(prefix?.0.count ?? 0)
    if let known = Self.fixed.first(where: { $0.0 == rest }) {
      self.init(known.1, prefix?.1 ?? .all)
    } else if rest.hasPrefix("top-"), let k = Int(rest.dropFirst(4)), (1...1000).contains(k), "top-\(k)" == rest {
      self.init(.top(k), prefix?.1 ?? .all)
    } else {
      return nil
    }
  }

  package var name: String {
    (Self.prefixes.first { $0.1 == slice }?.0 ?? "") + measure.name
  }

  /// What there is, for people.
  package static let names =
    fixed.map(\.0).joined(separator: ", ") + " or top-5, each also with worst-domain- or each-domain- before it"
}

extension CertificateMetric.Measure {
  package var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .top(let k): "top-\(k)"
    case .balancedAccuracy: "balanced-accuracy"
    case .macroF1: "macro-f1"
    case .logLoss: "log-loss"
    case .calibrationError: "calibration-error"
    case .meanSquaredError: "mean-squared-error"
    }
  }

  /// Errors and losses.
  package var isLowerBetter: Bool {
    switch self {
    case .accuracy, .top, .balancedAccuracy, .macroF1: false
    case .logLoss, .calibrationError, .meanSquaredError: true
    }
  }

  /// Whether its values are shares of the examples told right, told example by example.
  package var isProportion: Bool {
    switch self {
    case .accuracy, .top: true
    default: false
    }
  }

  /// Whether all its values lie in 0...1.
  package var isFraction: Bool { self != .logLoss }
}
