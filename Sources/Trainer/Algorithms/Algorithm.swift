/// What a step minimises, from the outputs of one minibatch for each training domain. Adding one is one file in
/// `Algorithms` with its test and one line in `AlgorithmRegistry`.
///
/// Algorithms bear DomainBed's names and have its default hyper-parameters.
package protocol Algorithm: Sendable {
  /// The name in tasks and recipes.
  static var name: String { get }

  /// The hyper-parameters with the values they have unless given.
  static var defaults: NamedSettings { get }

  /// Rows a minibatch must have for the objective to be defined.
  static var minimumBatchSize: Int { get }

  /// Whether the objective depends on the features other than through the logits.
  static var usesFeatures: Bool { get }

  init(settings: NamedSettings)

  /// What is kept from step to step.
  var state: [Double] { get set }

  /// - Throws: `TrainerError` with code `malformedTask` if the objective is not defined for a loss.
  func check(_ loss: any Loss) throws

  /// Whether the optimizer forgets its earlier steps before step `step`, counted from 0.
  func resetsOptimizer(step: Int) -> Bool

  /// How the minibatches of a step are mixed before the network sees them; nil if they are not.
  func mixtures(minibatchCount: Int, seed: UInt64, step: Int) -> [Mixture]?

  /// The objective of step `step`, counted from 0.
  ///
  /// Leaves the objective's gradients in `batch`, whose logit gradients hold those of each minibatch's own risk before.
  mutating func objective(_ batch: AlgorithmBatch, step: Int) -> Double
}

extension Algorithm {
  package static var minimumBatchSize: Int { 1 }
  package static var usesFeatures: Bool { false }
  package var state: [Double] {
    get { [] }
    set {}
  }
  package func check(_ loss: any Loss) throws {}
  package func resetsOptimizer(step: Int) -> Bool { false }
  package func mixtures(minibatchCount: Int, seed: UInt64, step: Int) -> [Mixture]? { nil }
}
