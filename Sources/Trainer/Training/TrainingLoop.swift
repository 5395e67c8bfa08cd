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
  /// The sum of the gradients of a step's batches; nil if a step takes one.
  private let accumulated: FloatBuffer?

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
    accumulated = phase.batchesPerStep > 1 ? FloatBuffer(count: layers.parameterCount) : nil
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
    let count = phase.batchesPerStep
    let loader = BatchLoader(
      examples, order: order, augmentationSeed: request.seed, steps: step * count..<max(step, phase.stepCount) * count)
    let (clock, firstStep) = (ContinuousClock(), step)
    let start = clock.now
    while step < phase.stepCount, best?.isOver != true {
      guard !observer.isCancelled() else {
        try observer.save(try snapshot())
        throw TrainerError(
          .cancelled, "stopped before step \(step + 1) of \(phase.stepCount) (\(phase.phase.rawValue))")
      }
      guard let measured = try takeStep(loader) else { break }
      sampleCount = (step - firstStep) * order.rowCount * count
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

  /// The loss of the next step's batches, whose gradient `pass` has afterwards; nil without batches.
  private func differentiate(_ loader: BatchLoader<Source>) throws -> (loss: Double, accuracy: Double)? {
    let count = phase.batchesPerStep
    var (loss, rightCount, rowCount) = (0.0, 0, 0)
    for number in 0..<count {
      guard let batch = try loader.next() else { return nil }
      objective?.prepare(batch, step: step)
      loss += pass.run(state: weights.state, batch: batch, step: step * count + number) / Double(count)
      rightCount += objective?.correctCount ?? pass.correctCount
      rowCount += batch.count
      accumulate(isFirst: number == 0, isLast: number == count - 1)
    }
    return (loss, Double(rightCount) / Double(max(1, rowCount)))
  }

  /// Adds a batch's gradient to those of the step; the last one's place takes their mean.
  private func accumulate(isFirst: Bool, isLast: Bool) {
    guard let sum = accumulated?.start else { return }
    let (gradient, count) = (pass.gradient.start, Int64(pass.gradient.count))
    let kernels = VectorKernels.best.c
    if isFirst { sum.update(from: gradient, count: Int(count)) } else { kernels.add(count, sum, gradient, sum) }
    guard isLast else { return }
    gradient.update(from: sum, count: Int(count))
    kernels.scale(count, 1 / Float(phase.batchesPerStep), gradient)
  }

  /// - Returns: nil without batches.
  private mutating func takeStep(_ loader: BatchLoader<Source>) throws -> (loss: Double, accuracy: Double)? {
    if objective?.resetsOptimizer(step: step) == true { optimizer.reset() }
    guard let (loss, accuracy) = try differentiate(loader) else { return nil }
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
