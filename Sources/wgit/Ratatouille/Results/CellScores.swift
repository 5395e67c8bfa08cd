import Statistics
import WeightStore

/// The measurements of one cell.
struct CellScores {
  private let cell: CellPlan
  private let store: StepStore

  init(_ cell: CellPlan, _ store: StepStore) { (self.cell, self.store) = (cell, store) }

  /// - Throws: `StoreError.missingFile` for a measurement that is not there.
  func score(_ subject: EvaluationSubject) throws -> HeldOutScore {
    guard let key = cell.evaluations[subject] else {
      throw StoreError(.missingFile, "an evaluation of \(cell.label) was not planned")
    }
    guard let score = store.score(key) else {
      throw StoreError(.missingFile, "the measurement \(key.hex.prefix(10)) is lost")
    }
    return score
  }

  func score(_ model: ModelSource) throws -> HeldOutScore { try score(EvaluationSubject([model])) }

  /// Accuracy on the held-out domain, and on the validation rows if the method is one model.
  func accuracies(_ rule: ScoreRule) throws -> (test: Double, validation: Double?) {
    switch rule {
    case .model(let model):
      let score = try score(model)
      return (score.accuracy, score.validationAccuracy)
    case .ensemble(let models): return (try score(EvaluationSubject(models)).accuracy, nil)
    case .mean(let models): return (SampleMean(try models.map { try score($0).accuracy }).mean, nil)
    case .best(let models):
      let scores = try models.map(score)
      // `max` takes the last of equals.
      let best = scores.reversed().max { $0.validationAccuracy ?? -1 < $1.validationAccuracy ?? -1 }
      return (best?.accuracy ?? 0, best?.validationAccuracy)
    }
  }
}

extension RatatouilleResults.Cell {
  init(_ plan: CellPlan, _ scores: CellScores) throws {
    (heldOut, split) = (plan.heldOut, plan.split)
    var (accuracies, validation): ([String: Double], [String: Double]) = ([:], [:])
    for row in plan.rows {
      (accuracies[row.method.name], validation[row.method.name]) = try scores.accuracies(row.rule)
    }
    (self.accuracies, self.validation) = (accuracies, validation)
    let pools = try plan.pools.map { ($0.name, try PoolGeometry($0.models, scores)) }
    geometry = Dictionary(pools, uniquingKeysWith: { first, _ in first })
  }
}

/// How the fine-tunings of a pool lie to each other, on the held-out domain.
struct PoolGeometry {
  /// The mean over pairs of 1 - Q; nil if no pair has a value.
  let qDiversity: Double?
  /// Half way between neighbours: how much more is told right than by the two on average, the mean over pairs of neighbours.
  let midpointGain: Double?
  /// And how much higher the loss is than the mean of theirs: above 0 there is a barrier.
  let midpointBarrier: Double?

  init(_ models: [ModelSource], _ scores: CellScores) throws {
    let all = try models.map(scores.score)
    var diversities: [Double] = []
    for second in all.indices {
      for first in 0..<second {
        if let value = Diversity(first: all[first].correct, second: all[second].correct).qDiversity {
          diversities.append(value)
        }
      }
    }
    qDiversity = diversities.isEmpty ? nil : SampleMean(diversities).mean
    var (gains, barriers): ([Double], [Double]) = ([], [])
    for (place, pair) in CellPlan.neighbours(models).enumerated() {
      let middle = try scores.score(EvaluationSubject(pair, means: .weights))
      let (first, second) = (all[place], all[place + 1])
      gains.append(middle.accuracy - (first.accuracy + second.accuracy) / 2)
      barriers.append(middle.logLoss - (first.logLoss + second.logLoss) / 2)
    }
    midpointGain = gains.isEmpty ? nil : SampleMean(gains).mean
    midpointBarrier = barriers.isEmpty ? nil : SampleMean(barriers).mean
  }
}
