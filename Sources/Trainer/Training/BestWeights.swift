/// The weights of the best evaluation so far, and whether it is time to stop.
struct BestWeights {
  private let settings: EarlyStopping
  /// As `TrainableWeights.changedBlocks`.
  let values: FloatBuffer
  var batchCounts: [Int64] = []
  private(set) var score = -Double.infinity
  /// 0 before the first evaluation.
  private(set) var step = 0
  /// Evaluations since then.
  private(set) var waitCount = 0

  init(_ settings: EarlyStopping, _ weights: TrainableWeights) {
    self.settings = settings
    values = FloatBuffer(count: weights.changedBlocks.reduce(0) { $0 + $1.count })
  }

  var isOver: Bool { waitCount >= settings.patience }

  mutating func add(_ evaluation: Evaluation, step: Int, _ weights: TrainableWeights) {
    let score = settings.score(evaluation)
    guard self.step == 0 || score > self.score else {
      waitCount += 1
      return
    }
    (self.score, self.step, waitCount) = (score, step, 0)
    batchCounts = weights.state.batchCounts
    var target = values.start
    for block in weights.changedBlocks {
      if let source = block.baseAddress { target.update(from: source, count: block.count) }
      target += block.count
    }
  }

  /// Puts the best weights in place of the last ones.
  func restore(_ weights: TrainableWeights) {
    guard step > 0 else { return }
    weights.state.batchCounts = batchCounts
    var source = values.start
    for block in weights.changedBlocks {
      _ = block.update(fromContentsOf: UnsafeBufferPointer(start: source, count: block.count))
      source += block.count
    }
    weights.apply()
  }

  mutating func resume(score: Double, step: Int, waitCount: Int) {
    (self.score, self.step, self.waitCount) = (score, step, waitCount)
  }
}
