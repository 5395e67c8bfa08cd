import Trainer

/// Evaluates models alone and together.
struct EnsembleRun {
  let models: [MeasuredModel]
  let data: MeasurementData
  /// Whether the average of each pair is evaluated too.
  let withPairs: Bool
  let isQuiet: Bool

  func measure() throws -> EnsembleMeasurement {
    let progress = ProgressLine(isQuiet: isQuiet)
    defer { progress.clear() }
    let canAverage = models.allSatisfy { models[0].isComparable(with: $0) }
    let pairs = withPairs && canAverage ? EnsembleMeasurement.pairs(memberCount: models.count) : []
    let total = models.count + (canAverage ? 1 : 0) + pairs.count
    var done = 0
    func step() {
      progress.update("evaluating on \(data.name) \(TrainingView.bar(done, of: total))")
      done += 1
    }
    var mean = LogitMean()
    let members = try models.map { model in
      step()
      let (evaluation, logits) = try model.evaluator(model.weights).evaluateLogits(data.examples)
      try mean.add(logits)
      return evaluation
    }
    var averages: [Int: Evaluation] = [:]
    for (place, pair) in pairs.enumerated() {
      step()
      averages[place] = try average(of: [models[pair.first], models[pair.second]])
    }
    if canAverage { step() }
    // Of two models the average is that of the pair.
    let whole = canAverage ? try (models.count == 2 ? averages[0] : nil) ?? average(of: models) : nil
    return EnsembleMeasurement(
      members: members, ensemble: Evaluation(logits: mean.logits, examples: data.examples), average: whole,
      pairAverages: averages, labels: data.examples.labels)
  }

  private func average(of models: [MeasuredModel]) throws -> Evaluation {
    try models[0].evaluator(StateDict.mean(models.map(\.weights))).evaluate(data.examples)
  }
}
