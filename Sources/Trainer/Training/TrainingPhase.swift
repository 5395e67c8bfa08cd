/// Steps of one optimizer on some layers.
struct TrainingPhase {
  let phase: TrainingProgress.Phase
  let stepCount: Int
  let batchSize: Int
  let learningRate: Double
  let schedule: ScheduleChoice
  let clipping: GradientClipping?
  /// The parameters that are trained.
  let ranges: [ParameterRange]
  let threadCount: Int
  let seed: UInt64

  struct Result {
    var history: [TrainingOutcome.HistoryEntry] = []
    var sampleCount = 0
    var seconds = 0.0
  }

  /// Entries of the history; the last step is always there.
  private static let historyLimit = 1000

  /// Changes `state` in place.
  ///
  /// - Throws: `TrainerError` with code `nonFiniteLoss` or `cancelled` and the step.
  func run(
    _ pass: GradientPass, optimizer: inout some Optimizer, state: NetworkState, examples: some ExampleSource,
    observer: TrainingObserver
  ) throws -> Result {
    var result = Result()
    let batches = BatchLoader(
      examples, order: BatchOrder(seed: seed, rowCount: examples.count, batchSize: batchSize), augmentationSeed: seed,
      steps: 0..<stepCount)
    let clock = ContinuousClock()
    let start = clock.now
    let historyStride = max(1, stepCount / Self.historyLimit)
    for step in 0..<stepCount {
      guard !observer.isCancelled() else {
        throw TrainerError(.cancelled, "stopped before step \(step + 1) of \(stepCount) (\(phase.rawValue))")
      }
      guard let batch = try batches.next() else { break }
      let loss = pass.run(state: state, batch: batch, step: step)
      guard loss.isFinite else {
        throw TrainerError(
          .nonFiniteLoss, "the loss is \(loss) in step \(step + 1) of \(stepCount) (\(phase.rawValue))")
      }
      clipping?.apply(to: pass.gradient.start, of: ranges, threadCount: threadCount)
      optimizer.step(
        ranges, parameters: state.parameters.start, gradient: pass.gradient.start,
        learningRate: learningRate * schedule.factor(step: step, of: stepCount), threadCount: threadCount)
      if (step + 1) % historyStride == 0 || step + 1 == stepCount {
        result.history.append(TrainingOutcome.HistoryEntry(step: step + 1, loss: loss))
      }
      result.sampleCount += batchSize
      result.seconds = (clock.now - start) / .seconds(1)
      observer.report(
        TrainingProgress(
          phase: phase, step: step + 1, stepCount: stepCount, loss: loss,
          samplesPerSecond: Double(result.sampleCount) / max(result.seconds, 1e-9)))
    }
    let parameters = state.parameters
    guard UnsafeBufferPointer(start: parameters.start, count: parameters.count).allSatisfy(\.isFinite) else {
      throw TrainerError(
        .nonFiniteLoss, "a parameter is infinite or not a number after step \(stepCount) (\(phase.rawValue))")
    }
    return result
  }
}
