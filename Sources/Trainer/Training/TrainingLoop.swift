/// One phase as it runs, step after step.
///
/// Determinism: what stands after a step is a function of the request and the step; where the loop was interrupted and
/// continued cannot be seen in it.
struct TrainingLoop<Source: ExampleSource> {
  let phase: TrainingPhase
  private let request: TrainingRequest
  private let examples: Source
  private let ranges: [ParameterRange]
  private let pass: GradientPass
  let objective: AlgorithmObjective?
  private let order: BatchOrder

  let weights: TrainableWeights
  var optimizer: any Optimizer
  var average: WeightAverage?
  var best: BestWeights?
  var history = TrainingHistory()
  /// Steps done.
  var step = 0

  private(set) var sampleCount = 0
  private(set) var seconds = 0.0

  /// - Throws: `TrainerError`.
  init(
    _ phase: TrainingPhase, chain: LayerChain, start: StateDict, headNames: [String], examples: Source,
    request: TrainingRequest, blas: BLAS
  ) throws {
    let layers = Network(chain)
    let weights = try TrainableWeights(layers, start, lora: phase.lora, seed: request.seed, blas: blas)
    weights.apply()
    let selection = weights.selection(phase.parameters, headNames: headNames)
    let order =
      phase.algorithm == nil
      ? BatchOrder(seed: request.seed, rowCount: examples.count, batchSize: phase.batchSize)
      : BatchOrder(seed: request.seed, domains: examples.domains, batchSize: phase.batchSize)
    let objective = phase.algorithm.map { choice in
      AlgorithmObjective(
        choice.type.init(settings: choice.settings), loss: request.task.loss,
        minibatchSizes: Array(repeating: phase.batchSize, count: order.rowCount / phase.batchSize),
        seed: request.seed, blas: blas)
    }
    let adapted = Set(weights.factors?.targets.map(\.weight.name) ?? [])
    var options = ExecutionOptions()
    options.seed = request.seed
    options.freezesBatchStatistics = request.task.freezesBatchStatistics
    options.isTrained = { selection.trains($0) || adapted.contains($0) }
    guard let type = OptimizerRegistry.type(named: phase.optimizer.name) else {
      throw TrainerError(.malformedTask, "there is no optimizer \(phase.optimizer.name.quoted())")
    }
    ranges = try selection.ranges(of: weights.parameters, weightDecay: phase.optimizer.settings["weight-decay"])
    pass = try GradientPass(
      layers, objective.map { .batch($0) } ?? .mean(request.task.loss), options: options, batchSize: order.rowCount,
      threadCount: request.threadCount)
    optimizer = type.init(settings: phase.optimizer.settings, parameterCount: weights.values.count)
    average = phase.average.map {
      WeightAverage($0, stepCount: phase.stepCount, elementCount: weights.runningBlocks.reduce(0) { $0 + $1.count })
    }
    best = phase.earlyStopping.map { BestWeights($0, weights) }
    self.phase = phase
    self.request = request
    self.examples = examples
    self.weights = weights
    self.objective = objective
    self.order = order
  }

  /// Takes the steps that are left.
  ///
  /// - Parameter evaluate: how good the weights are on the validation rows; nil without any.
  /// - Throws: `TrainerError` with code `nonFiniteLoss` or `cancelled` and the step.
  mutating func run(_ observer: TrainingObserver, evaluate: (NetworkState) throws -> Evaluation?) throws {
    let loader = BatchLoader(
      examples, order: order, augmentationSeed: request.seed, steps: step..<max(step, phase.stepCount))
    let (clock, firstStep) = (ContinuousClock(), step)
    let start = clock.now
    while step < phase.stepCount, best?.isOver != true {
      guard !observer.isCancelled() else {
        try observer.save(try snapshot())
        throw TrainerError(
          .cancelled, "stopped before step \(step + 1) of \(phase.stepCount) (\(phase.phase.rawValue))")
      }
      guard let batch = try loader.next() else { break }
      let measured = try takeStep(batch)
      sampleCount = (step - firstStep) * order.rowCount
      seconds = (clock.now - start) / .seconds(1)
      observer.report(
        TrainingProgress(
          phase: phase.phase, step: step, stepCount: phase.stepCount, loss: measured.loss, accuracy: measured.accuracy,
          samplesPerSecond: Double(sampleCount) / max(seconds, 1e-9)))
      try evaluateIfDue(evaluate)
      if observer.isSaveDue(step), step < phase.stepCount { try observer.save(try snapshot()) }
    }
    try checkFiniteness()
  }

  private mutating func takeStep(_ batch: Batch) throws -> (loss: Double, accuracy: Double) {
    if let objective {
      objective.prepare(batch, step: step)
      if objective.resetsOptimizer(step: step) { optimizer.reset() }
    }
    let loss = pass.run(state: weights.state, batch: batch, step: step)
    guard loss.isFinite else {
      throw TrainerError(
        .nonFiniteLoss, "the loss is \(loss) in step \(step + 1) of \(phase.stepCount) (\(phase.phase.rawValue))")
    }
    let gradient = weights.gradient(of: pass)
    phase.clipping?.apply(to: gradient, of: ranges, threadCount: request.threadCount)
    optimizer.step(
      ranges, parameters: weights.values.start, gradient: gradient,
      learningRate: phase.optimizer.learningRate * phase.schedule.factor(step: step, of: phase.stepCount),
      threadCount: request.threadCount)
    weights.apply()
    step += 1
    let (running, step) = (weights.runningBlocks, step)
    average?.add(running, step: step)
    let accuracy = Double(objective?.correctCount ?? pass.correctCount) / Double(max(1, batch.count))
    history.add(step: step, of: phase.stepCount, loss: loss, accuracy: accuracy)
    return (loss, accuracy)
  }

  private mutating func evaluateIfDue(_ evaluate: (NetworkState) throws -> Evaluation?) throws {
    guard let every = phase.earlyStopping?.every ?? phase.validationInterval, step.isMultiple(of: every),
      let evaluation = try evaluate(weights.state)
    else { return }
    history.validations.append(
      TrainingHistory.Validation(
        step: step, accuracy: evaluation.accuracy, logLoss: evaluation.meanLogLoss))
    let (weights, step) = (weights, step)
    best?.add(evaluation, step: step, weights)
  }

  /// Puts what the phase is to leave in place of the last step's weights: the best, or the average.
  mutating func finish() {
    best?.restore(weights)
    average?.write(into: weights.runningBlocks)
  }

  private func checkFiniteness() throws {
    guard weights.values.elements.allSatisfy(\.isFinite) else {
      throw TrainerError(
        .nonFiniteLoss, "a parameter is infinite or not a number after step \(step) (\(phase.phase.rawValue))")
    }
  }
}
