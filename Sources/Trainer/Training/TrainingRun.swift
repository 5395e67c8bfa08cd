import Documents
import Tensors

/// One fine-tuning: the head is chosen, probed if the task says so, then the network is trained.
///
/// Determinism: the result is a function of the request without its thread count, of the instruction set and of the BLAS core.
package struct TrainingRun {
  private let request: TrainingRequest
  private let network: NetworkDefinition
  /// What the next phase starts from.
  private var weights: StateDict
  private let trainExamples: ExampleSet
  private let validationExamples: ExampleSet
  private let blas: BLAS

  private var probeHistory = TrainingHistory()
  private var probeValidationAccuracy: Double?
  private var (sampleCount, seconds) = (0, 0.0)

  /// Checks everything that can be checked before training.
  ///
  /// - Throws: `TrainerError`.
  package init(_ request: TrainingRequest) throws {
    // The weights of an encoder alone get what they lack together with a head.
    if request.network.encoder == nil { try request.weights.validate(for: request.network) }
    try request.network.check(request.dataset)
    try request.task.checkCombinations()
    (network, weights) = try Self.withHead(request)
    try weights.validate(for: network)
    let split = try request.dataset.split(request.task.split)
    guard !split.train.isEmpty else {
      throw TrainerError(
        .insufficientRows,
        "task \(request.task.name.quoted()) leaves no row of \(request.dataset.name.quoted()) to train on")
    }
    try request.task.loss.check(classCount: network.classCount)
    let texts = network.texts
    let examples = { (rows: [Int]) in
      try request.dataset.examples(rows, threadCount: request.threadCount)
        .encoded(by: texts, threadCount: request.threadCount)
    }
    trainExamples = try examples(split.train)
    validationExamples = try examples(split.validation)
    for examples in [trainExamples, validationExamples] { try network.chain.checkIntegers(of: examples) }
    guard request.task.earlyStopping == nil || validationExamples.count > 0 else {
      throw TrainerError(.malformedTask, "task \(request.task.name.quoted()) stops early, but has no validation rows")
    }
    blas = try BLAS.load()
    let trainable = try TrainableWeights(
      Network(network.chain), weights, lora: request.task.lora, seed: request.seed, blas: blas)
    _ = try trainable.selection(request.task.parameters, headNames: network.headParameterNames)
      .ranges(of: trainable.parameters, weightDecay: 0)
    self.request = request
  }

  /// - Parameter snapshot: where an interrupted run of the same request stood.
  /// - Throws: `TrainerError`.
  package mutating func run(
    _ observer: TrainingObserver = TrainingObserver(), resuming snapshot: TrainingSnapshot? = nil
  ) throws -> TrainingOutcome {
    if snapshot?.phase == .train {
      probeHistory = TrainingHistory(json: snapshot?.numbers["probeHistory"])
      probeValidationAccuracy = snapshot?.numbers["probeValidationAccuracy"]?.numberValue
    } else if let settings = request.task.linearProbe {
      try trainHead(settings, observer, resuming: snapshot)
      probeValidationAccuracy = try evaluate(weights, validationExamples)?.accuracy
    }
    return try trainNetwork(observer, resuming: snapshot?.phase == .train ? snapshot : nil)
  }

  /// Trains the head alone, on features computed once.
  private mutating func trainHead(
    _ settings: TrainingTask.LinearProbe, _ observer: TrainingObserver, resuming snapshot: TrainingSnapshot?
  ) throws {
    let backbone = try Evaluator(
      chain: network.backbone(), weights: weights, threadCount: request.threadCount)
    let features = FloatExamples(
      inputShape: .features(network.featureCount), labels: trainExamples.labels, domains: trainExamples.domains,
      values: try backbone.output(trainExamples))
    var loop = try TrainingLoop(
      .probe(settings), chain: network.headAlone(), start: weights, headNames: network.headParameterNames,
      examples: features, request: request, blas: blas)
    if let snapshot { try loop.resume(snapshot) }
    try loop.run(observer, evaluate: { _ in nil })
    weights.merge(try loop.weights.state.stateDict())
    probeHistory = loop.history
    (sampleCount, seconds) = (loop.sampleCount, loop.seconds)
  }

  private mutating func trainNetwork(
    _ observer: TrainingObserver, resuming snapshot: TrainingSnapshot?
  ) throws -> TrainingOutcome {
    var loop = try TrainingLoop(
      .train(request.task), chain: network.chain(featureDropout: request.task.dropout), start: weights,
      headNames: network.headParameterNames,
      examples: trainExamples, request: request, blas: blas)
    if let snapshot { try loop.resume(snapshot) }
    try loop.run(adding(probe: observer)) { [self] state in try evaluate(state, validationExamples) }
    loop.finish()
    let adapter = try keptAdapter(of: loop.weights)
    let stored = try request.storage.rounded(
      adapter == nil ? loop.weights.state.stateDict() : loop.weights.base())
    let running = try adapter?.merged(into: stored, of: network) ?? stored
    (sampleCount, seconds) = (sampleCount + loop.sampleCount, seconds + loop.seconds)
    return TrainingOutcome(
      network: network, weights: stored, adapter: adapter,
      stepCount: loop.step, history: loop.history, probeHistory: probeHistory,
      trainEvaluation: try evaluator(running).evaluate(trainExamples),
      validationEvaluation: try evaluate(running, validationExamples),
      probeValidationAccuracy: probeValidationAccuracy, instructionSet: VectorKernels.best.name,
      blasCore: blas.coreName,
      samplesPerSecond: seconds > 0 ? Double(sampleCount) / seconds : 0)
  }

  /// The factors of LoRA, unless there are none or they are to be merged.
  private func keptAdapter(of weights: TrainableWeights) throws -> PEFTAdapter? {
    guard let lora = request.task.lora, !request.task.mergesLoRA else { return nil }
    return PEFTAdapter(settings: lora, factors: try weights.adapter())
  }

  /// The observer, whose snapshots also hold what the probe left.
  private func adding(probe observer: TrainingObserver) -> TrainingObserver {
    let (history, accuracy) = (probeHistory, probeValidationAccuracy)
    return TrainingObserver(
      report: observer.report, isCancelled: observer.isCancelled, isSaveDue: observer.isSaveDue,
      save: { snapshot in
        let probe: [JSONObject.Member] = [
          (key: "probeHistory", value: history.json),
          (key: "probeValidationAccuracy", value: accuracy.map { .number($0) } ?? .null),
        ]
        try observer.save(
          TrainingSnapshot(numbers: JSONObject(snapshot.numbers.members + probe), tensors: snapshot.tensors))
      })
  }

  private func evaluator(_ weights: StateDict) throws -> Evaluator {
    try Evaluator(chain: network.chain, weights: weights, threadCount: request.threadCount)
  }

  private func evaluate(_ weights: StateDict, _ examples: ExampleSet) throws -> Evaluation? {
    examples.count > 0 ? try evaluator(weights).evaluate(examples) : nil
  }

  private func evaluate(_ state: NetworkState, _ examples: ExampleSet) throws -> Evaluation? {
    guard examples.count > 0 else { return nil }
    return try Evaluator(state, threadCount: request.threadCount).evaluate(examples)
  }
}
