/// An algorithm as the loss of a gradient pass.
///
/// `@unchecked Sendable`: evaluated by one thread, once for each step; prepared between steps.
final class AlgorithmObjective: BatchLoss, @unchecked Sendable {
  private(set) var algorithm: any Algorithm
  private let loss: any Loss
  private let minibatchSizes: [Int]
  private let seed: UInt64
  private let blas: BLAS
  private var step = 0
  private var mixtures: [Mixture]?
  private var rows: AlgorithmBatch?
  /// Rows of the last step whose largest logit was that of their label.
  private(set) var correctCount = 0

  /// - Parameter minibatchSizes: rows of each minibatch of a step, in the order of the batch.
  init(_ algorithm: any Algorithm, loss: any Loss, minibatchSizes: [Int], seed: UInt64, blas: BLAS) {
    self.algorithm = algorithm
    self.loss = loss
    self.minibatchSizes = minibatchSizes
    self.seed = seed
    self.blas = blas
  }

  var hasFeatureGradient: Bool { type(of: algorithm).usesFeatures }

  /// What the algorithm keeps from step to step.
  var state: [Double] {
    get { algorithm.state }
    set { algorithm.state = newValue }
  }

  func resetsOptimizer(step: Int) -> Bool { algorithm.resetsOptimizer(step: step) }

  /// Called before a step's pass: mixes the inputs of the batch if the algorithm wants that.
  func prepare(_ batch: Batch, step: Int) {
    self.step = step
    mixtures = algorithm.mixtures(minibatchCount: minibatchSizes.count, seed: seed, step: step)
    if let mixtures { batch.mix(mixtures) }
  }

  func evaluate(_ batch: LossBatch) -> Double {
    let rows = rows ?? makeRows(batch)
    rows.logits.start.update(from: batch.logits, count: rows.logits.count)
    rows.features.start.update(from: batch.features, count: rows.features.count)
    Targets.write(batch.batch.labels, columnCount: batch.classCount, into: rows.targets.start)
    if let mixtures {
      Mixture.apply(mixtures, to: rows.targets.start, elementCount: rows.targets.count / mixtures.count)
    }
    rows.evaluate(loss)
    let objective = algorithm.objective(rows, step: step)
    batch.logitGradient.update(from: rows.logitGradient.start, count: rows.logitGradient.count)
    batch.featureGradient?.update(from: rows.featureGradient.start, count: rows.featureGradient.count)
    correctCount = Evaluation.correctCount(
      logits: batch.logits, labels: batch.batch.labels, classCount: batch.classCount)
    return objective
  }

  private func makeRows(_ batch: LossBatch) -> AlgorithmBatch {
    let made = AlgorithmBatch(
      minibatchSizes: minibatchSizes, classCount: batch.classCount, featureCount: batch.featureCount, blas: blas)
    rows = made
    return made
  }
}
