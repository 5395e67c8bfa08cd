import Documents
import Tensors
import Testing
import Trainer

/// What a task can choose: which parameters, when to stop, how to store.
struct TrainingChoicesTests {
  private func run(
    _ settings: String, steps: Int = 10, classCount: Int = 3, change: (inout TrainingRequest) throws -> Void = { _ in }
  ) throws -> (request: TrainingRequest, outcome: TrainingOutcome) {
    let network = try Samples.network(classCount: classCount)
    var request = TrainingRequest(
      network: network, weights: try network.initialStateDict(seed: 8, .kaimingNormal),
      task: try Samples.task("validation: {per-domain: 20}\nbatch: 10\nsteps: \(steps)\n" + settings),
      dataset: try Samples.dataset(), seed: 5, threadCount: 2)
    try change(&request)
    var run = try TrainingRun(request)
    return (request, try run.run())
  }

  @Test(arguments: [
    ("freeze: 'conv*'", ["head.weight", "head.bias"]),
    ("train-only: ['*.bias']", ["conv1.bias", "conv2.bias", "head.bias"]),
    ("groups: [{match: '*.weight', freeze: true}]\nfreeze: head.bias", ["conv1.bias", "conv2.bias"]),
  ])
  func onlyWhatIsTrainedChanges(settings: String, trained: [String]) throws {
    let (request, outcome) = try run(settings)
    for entry in request.weights.entries {
      #expect((outcome.weights[entry.name] != entry) == trained.contains(entry.name), "\(entry.name)")
    }
  }

  @Test func aPatternThatMatchesNothingStopsBeforeTraining() {
    expectTrainerError(.unmatchedPattern, "\"conv9.*\"") { _ = try run("freeze: conv9.*") }
    expectTrainerError(.unmatchedPattern, "\"pool*\"", "\"conv1\"") {
      _ = try run("lora: {rank: 2, targets: 'pool*'}")
    }
    expectTrainerError(.malformedTask, "rank 9", "rank 4") { _ = try run("lora: {rank: 9, targets: conv1}") }
  }

  @Test func lowRankAdaptationLeavesTheBaseAlone() throws {
    let (request, outcome) = try run("lora: {rank: 2, alpha: 4, targets: 'conv*'}")
    for name in request.weights.names {
      #expect((outcome.weights[name] != request.weights[name]) == name.hasPrefix("head."), "\(name)")
    }
    let adapter = try #require(outcome.adapter)
    #expect(adapter.configuration["r"] == 2 && adapter.configuration["lora_alpha"] == .number(4))
    #expect(adapter.configuration["target_modules"] == ["conv1", "conv2"])
    #expect(
      try adapter.tensors().entries.map(\.shape) == [[2, 1, 3, 3], [4, 2, 1, 1], [2, 4, 3, 3], [6, 2, 1, 1]])

    // What is stored gives the network that was trained, and the merged weights.
    let merged = try run("lora: {rank: 2, alpha: 4, targets: 'conv*'}\nmerge-lora: true").outcome
    let read = try PEFTAdapter(configuration: adapter.configuration, tensors: adapter.tensors())
    #expect(try read.merged(into: outcome.weights, of: outcome.network) == merged.weights)
    #expect(merged.adapter == nil && merged.validationEvaluation == outcome.validationEvaluation)
  }

  @Test func adaptersOfOtherKindsAreRefused() throws {
    let adapter = try #require(try run("lora: {rank: 2, targets: conv2}").outcome.adapter)
    let tensors = try adapter.tensors()
    for (key, value) in [("peft_type", "IA3"), ("bias", "all"), ("use_rslora", true), ("r", 0)] as [(String, JSONValue)]
    {
      var members = adapter.configuration.objectValue?.members ?? []
      members = members.map { $0.key == key ? (key: key, value: value) : $0 }
      expectTrainerError(.malformedAdapter) {
        _ = try PEFTAdapter(configuration: .object(JSONObject(members)), tensors: tensors)
      }
    }
    var foreign = tensors
    try foreign.set("base_model.model.head.weight", shape: [1], values: [0])
    expectTrainerError(.malformedAdapter, "head.weight") {
      _ = try PEFTAdapter(configuration: adapter.configuration, tensors: foreign)
    }
    let read = try PEFTAdapter(configuration: adapter.configuration, tensors: StateDict())
    let network = try Samples.network()
    let weights = try network.initialStateDict(seed: 0)
    #expect(try read.merged(into: weights, of: network) == weights)
  }

  /// LP-FT (A. Kumar et al., ICLR 2022) is a probe of the head, and then fine-tuning from where it stands.
  @Test func probingThenTuningIsBothOneAfterTheOther() throws {
    let probe = "linear-probe: {steps: 15, learning-rate: 1e-2, batch: 12}\n"
    let tuning = "optimizer: {name: adamw, learning-rate: 5e-3}\nalgorithm: coral"
    let both = try run(probe + tuning).outcome
    let first = try run(probe, steps: 0).outcome
    let second = try run(tuning) { $0.weights = first.weights }.outcome
    #expect(both.weights == second.weights)
    #expect(
      first.weights["conv1.weight"] == (try Samples.network().initialStateDict(seed: 8, .kaimingNormal))["conv1.weight"]
    )
    #expect(first.weights["head.weight"] != both.weights["head.weight"])
    #expect(both.probeHistory == first.probeHistory && both.probeValidationAccuracy == first.validationAccuracy)
    #expect(both.weights != (try run(tuning).outcome.weights))
  }

  /// Dropout of the features is a layer before the head while the network is trained.
  @Test func featuresAreDroppedOnTheirWayToTheHead() throws {
    let dropped = try run("dropout: 0.4").outcome
    let layered = try run("") { request in
      let layers = request.network.chain.layers
      request.network = try NetworkDefinition(
        input: request.network.input,
        layers: layers.dropLast() + [NamedLayer(name: "head.dropout", Dropout(probability: 0.4))] + layers.suffix(1),
        head: "head")
    }.outcome
    #expect(dropped.weights == layered.weights)
    #expect(dropped.network.json == (try Samples.network().json))
    #expect(dropped.weights != (try run("").outcome.weights))
    expectDocumentError(key: "dropout", line: 6) { _ = try run("dropout: 1.5") }
  }

  @Test func earlyStoppingKeepsTheBestWeights() throws {
    // So large steps that the first look at the validation rows is as good as any.
    let settings = "optimizer: {name: sgd, learning-rate: 0}\nearly-stop: {every: 2, patience: 3}"
    let (request, outcome) = try run(settings, steps: 100)
    #expect(outcome.stepCount == 8)
    #expect(outcome.history.validations.map(\.step) == [2, 4, 6, 8])
    #expect(outcome.weights == request.weights)

    let learning = try run(
      "optimizer: {name: adam, learning-rate: 1e-2}\nearly-stop: {every: 5, patience: 50, metric: log-loss}", steps: 60)
    let best = try #require(learning.outcome.history.validations.min { $0.logLoss < $1.logLoss })
    #expect(learning.outcome.validationEvaluation?.meanLogLoss == best.logLoss)
    expectTrainerError(.malformedTask, "no validation rows") {
      _ = try run("early-stop: {every: 5, patience: 5}\n") { $0.task.split.validation = .perDomain(0) }
    }
  }

  @Test func whatIsStoredIsRoundedOnce() throws {
    let exact = try run("").outcome
    let (request, rounded) = try run("") { request in
      request.storage = WeightStorage(dtypes: ["conv1.weight": .bf16, "head.weight": .f16])
    }
    for (name, dtype) in [("conv1.weight", DType.bf16), ("head.weight", .f16)] {
      let values = try #require(exact.weights[name]).values
      let bytes = try FloatConversion.bytes(values, as: dtype)
      #expect(try rounded.weights[name]?.values == FloatConversion.floats(bytes, as: dtype))
      #expect(rounded.weights[name] != exact.weights[name])
    }
    #expect(rounded.weights["conv2.weight"] == exact.weights["conv2.weight"])
    // The figures are those of the weights as stored.
    let evaluator = try Evaluator(network: rounded.network, weights: rounded.weights, threadCount: 1)
    let split = try request.dataset.split(request.task.split)
    #expect(try evaluator.evaluate(request.dataset.examples(split.validation)) == rounded.validationEvaluation)
  }

  @Test(arguments: ["mse", "binary-cross-entropy", "{name: cross-entropy, class-weights: [1, 2, 3]}"])
  func otherLossesLearnToo(loss: String) throws {
    let outcome = try run("loss: \(loss)\noptimizer: {name: adam, learning-rate: 1e-2}", steps: 80).outcome
    #expect(outcome.validationAccuracy ?? 0 > 0.9)
  }

  /// One logit for two classes.
  @Test func oneLogitTellsTwoClassesApart() throws {
    let settings = "loss: binary-cross-entropy\nhead: keep\noptimizer: {name: adam, learning-rate: 1e-2}"
    let outcome = try run(settings, steps: 80, classCount: 1) { $0.dataset = try Samples.dataset(classCount: 2) }
      .outcome
    #expect(outcome.network.classCount == 1)
    #expect(outcome.validationAccuracy ?? 0 > 0.9)
    #expect(outcome.validationEvaluation?.meanLogLoss ?? 9 < 0.3)
    expectTrainerError(.classCountMismatch) {
      _ = try run("head: keep", classCount: 1) { $0.dataset = try Samples.dataset(classCount: 2) }
    }
  }

  @Test(arguments: [
    ("average: swa\nearly-stop: {every: 1, patience: 1}", "exclude each other"),
    ("average: swa\nlora: {rank: 2, targets: conv2}", "merge-lora"), ("merge-lora: true", "no LoRA"),
    ("algorithm: coral\nbatch: 1", "2 rows"), ("algorithm: irm\nloss: mse", "irm"),
  ])
  func whatDoesNotGoTogetherIsRefused(settings: String, reason: String) {
    expectTrainerError(.malformedTask, reason) {
      let network = try Samples.network()
      _ = try TrainingRun(
        TrainingRequest(
          network: network, weights: try network.initialStateDict(seed: 8),
          task: try Samples.task("steps: 1\n" + settings),
          dataset: try Samples.dataset(), seed: 5, threadCount: 1))
    }
  }
}
