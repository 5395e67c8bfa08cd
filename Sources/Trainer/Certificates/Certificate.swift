/// A held-out data set as a regression test of a model, as data. docs/certificates.md describes the file.
///
/// Source: "datasets can be used as test certificates" (Ramé et al., arXiv 2212.10445, discussion).
package struct Certificate: Sendable, Equatable {
  package enum DataReference: Sendable, Equatable {
    /// A file of the repository: a data-set description, or what an evaluator of the user's reads. With a digest, the data set
    /// must have it.
    case tracked(path: String, sha256: String?)
    /// A file of the data folder, which never enters the repository.
    case `private`(name: String, sha256: String)

    package var path: String {
      switch self {
      case .tracked(let path, _): path
      case .private(let name, _): name
      }
    }

    package var sha256: String? {
      switch self {
      case .tracked(_, let sha256): sha256
      case .private(_, let sha256): sha256
      }
    }
  }

  package enum Evaluator: Sendable, Equatable {
    /// wgit's own, for networks it knows.
    case trainer
    /// A command of the user's; `files` of the repository are all it finds where it runs.
    case command(String, files: [String], timeoutSeconds: Int)
  }

  package enum Baseline: Sendable, Equatable {
    /// The branch that is merged into, or what `--against` names.
    case mergeTarget
    case firstParent
    case revision(String)
  }

  /// What the data may be used for. A model that was chosen by some data looks better on them than it is.
  package enum Role: String, Sendable, CaseIterable {
    /// Models may be chosen by it.
    case validation
    /// It only judges.
    case test
  }

  package let name: String
  /// `nil` if it does not say.
  package let role: Role?
  package let data: DataReference
  package let networkPath: String
  package let weightsPath: String
  package let rows: RowSelection
  package let metric: CertificateMetric
  package let evaluator: Evaluator
  /// What must hold, all of it.
  package let thresholds: Thresholds
  package let baseline: Baseline
  /// The level of significance: how often a change that is none may be taken for one.
  package let level: Double
  /// Whether plain values decide, whatever chance may have done.
  package let isStrict: Bool
  /// For resampling.
  package let seed: UInt64

  package struct Thresholds: Sendable, Equatable {
    /// The lowest value that holds, of a metric that is better when higher.
    package var minimum: Double?
    /// The highest value that holds, of a metric that is better when lower.
    package var maximum: Double?
    /// How much worse than the baseline the value may be.
    package var maximumDrop: Double?
    /// The same as a share of the baseline's value.
    package var maximumRelativeDrop: Double?

    package var needsBaseline: Bool { maximumDrop != nil || maximumRelativeDrop != nil }
    var isEmpty: Bool { minimum == nil && maximum == nil && !needsBaseline }
  }
}
