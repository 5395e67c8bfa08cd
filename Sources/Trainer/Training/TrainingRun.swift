import Documents

/// One fine-tuning: the head is chosen, probed if the task says so, then the whole network is trained.
///
/// Determinism: the result is a function of the request without its thread count, and of the BLAS core.
package struct TrainingRun {
  private let request: TrainingRequest
  private let network: NetworkDefinition
  private var weights: StateDict
  private let trainExamples: ExampleSet
  private let validationExamples: ExampleSet
  private let blas: BLAS

  /// Checks everything that can be checked before training.
  ///
  /// - Throws: `TrainerError`.
  package init(_ request: TrainingRequest) throws {
    try request.weights.validate(for: request.network)
    try Evaluator.check(request.dataset.imageShape, fits: request.network.input)
    (network, weights) = try Self.withHead(request)
    let split = try request.dataset.split(request.task.split)
    guard !split.train.isEmpty else {
      throw TrainerError(
        .insufficientRows,
        "task \(request.task.name.quoted()) leaves no row of \(request.dataset.name.quoted()) to train on")
    }
    try request.task.loss.check(classCount: network.classCount)
    trainExamples = try request.dataset.examples(split.train, threadCount: request.threadCount)
    validationExamples = try request.dataset.examples(split.validation, threadCount: request.threadCount)
    blas = try BLAS.load()
    self.request = request
  }

  package mutating func run(_ observer: TrainingObserver = TrainingObserver()) throws -> TrainingOutcome {
    var probe = TrainingPhase.Result()
    var probeEvaluation: Evaluation?
    if let settings = request.task.linearProbe {
      probe = try trainHead(settings, observer)
      probeEvaluation = try evaluate(validationExamples)
    }
    let training = try trainNetwork(observer)
    let seconds = probe.seconds + training.seconds
    return TrainingOutcome(
      network: network, weights: weights, stepCount: request.task.stepCount, history: training.history,
      probeHistory: probe.history,
      trainEvaluation: try Evaluator(
        chain: network.chain, weights: weights, threadCount: request.threadCount, blas: blas
      ).evaluate(trainExamples),
      validationEvaluation: try evaluate(validationExamples), probeValidationEvaluation: probeEvaluation,
      blasCore: blas.coreName,
      samplesPerSecond: seconds > 0 ? Double(probe.sampleCount + training.sampleCount) / seconds : 0)
  }

  /// Trains the head alone by Adam, on features computed once.
  private mutating func trainHead(
    _ settings: TrainingTask.LinearProbe, _ observer: TrainingObserver
  ) throws -> TrainingPhase.Result {
    let backbone = try Evaluator(
      chain: network.backbone(), weights: weights, threadCount: request.threadCount, blas: blas)
    let features = FloatExamples(
      inputShape: .features(network.featureCount), labels: trainExamples.labels, domains: trainExamples.domains,
      values: try backbone.output(trainExamples))
    let head = try network.headAlone()
    let phase = TrainingPhase(
      phase: .probe, stepCount: settings.stepCount, batchSize: settings.batchSize,
      learningRate: settings.learningRate, schedule: ScheduleChoice(), clipping: nil,
      ranges: try ranges(of: head, ParameterSelection(), Adam.defaults), threadCount: request.threadCount,
      seed: request.seed)
    return try train(
      head, ParameterSelection(), phase, optimizer: Adam.self, settings: Adam.defaults, examples: features, observer)
  }

  private mutating func trainNetwork(_ observer: TrainingObserver) throws -> TrainingPhase.Result {
    let task = request.task
    guard let optimizer = OptimizerRegistry.type(named: task.optimizer.name) else {
      throw TrainerError(.malformedTask, "there is no optimizer \(task.optimizer.name.quoted())")
    }
    let phase = TrainingPhase(
      phase: .train, stepCount: task.stepCount, batchSize: task.batchSize, learningRate: task.optimizer.learningRate,
      schedule: task.schedule, clipping: task.clipping,
      ranges: try ranges(of: network.chain, task.parameters, task.optimizer.settings), threadCount: request.threadCount,
      seed: request.seed)
    return try train(
      network.chain, task.parameters, phase, optimizer: optimizer, settings: task.optimizer.settings,
      examples: trainExamples, observer)
  }

  private func ranges(
    of chain: LayerChain, _ selection: ParameterSelection, _ settings: NamedSettings
  ) throws -> [ParameterRange] {
    try selection.ranges(
      of: chain.parameters.map { (name: $0.name, elementCount: $0.elementCount) }, weightDecay: settings["weight-decay"]
    )
  }

  /// Trains the layers of `chain` and puts their new parameters among the weights.
  private mutating func train<Rule: Optimizer>(
    _ chain: LayerChain, _ selection: ParameterSelection, _ phase: TrainingPhase, optimizer: Rule.Type,
    settings: NamedSettings, examples: some ExampleSource, _ observer: TrainingObserver
  ) throws -> TrainingPhase.Result {
    guard phase.stepCount > 0 else { return TrainingPhase.Result() }
    let layers = Network(chain)
    let state = try NetworkState(layers, weights)
    var options = ExecutionOptions()
    options.seed = request.seed
    options.isTrained = selection.trains
    let pass = try GradientPass(
      layers, .mean(request.task.loss), options: options, batchSize: phase.batchSize, threadCount: request.threadCount,
      blas: blas)
    var rule = Rule(settings: settings, parameterCount: layers.parameterCount)
    let result = try phase.run(pass, optimizer: &rule, state: state, examples: examples, observer: observer)
    weights.merge(try state.stateDict())
    return result
  }

  private func evaluate(_ examples: ExampleSet) throws -> Evaluation? {
    guard examples.count > 0 else { return nil }
    return try Evaluator(
      chain: network.chain, weights: weights, threadCount: request.threadCount, blas: blas
    ).evaluate(examples)
  }
}
