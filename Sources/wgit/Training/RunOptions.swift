import ArgumentParser
import Documents
import Tensors
import Trainer

/// What distinguishes one run of a task from another.
struct RunOptions: ParsableArguments {
  @Option(help: "Seed of everything random in the run.")
  var seed: UInt64 = 0

  @Option(help: "Instead of the task's number of steps.")
  var steps: Int?

  @Option(name: [.customLong("learning-rate"), .customLong("lr")], help: "Instead of the task's learning rate.")
  var learningRate: Double?

  @Option(help: "Instead of the task's weight decay.")
  var weightDecay: Double?

  @Option(help: "Instead of the task's batch size.")
  var batch: Int?

  @Option(help: "Instead of the task's dropout of the features.")
  var dropout: Double?

  @Option(help: ArgumentHelp("Use no row of this domain, it is for testing; may be repeated.", valueName: "domain"))
  var heldOut: [String] = []

  @Option(help: "Instead of the task's split-seed, which says which rows train and which validate.")
  var splitSeed: UInt64?

  @Option(
    help: ArgumentHelp(
      "What a step minimises: \(AlgorithmRegistry.names.joined(separator: ", ")); 'coral,gamma=0.5' with settings. "
        + "Batches are then taken from each training domain.",
      valueName: "name[,setting=number]"))
  var algorithm: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Train the head alone first, on features computed once; as the task says, or 200 steps.")
  var linearProbe: Bool?

  @Flag(help: "Train the head alone and stop.")
  var probeOnly = false

  @Option(help: ArgumentHelp("Leave parameters as they are; may be repeated.", valueName: "glob"))
  var freeze: [String] = []

  @Option(help: ArgumentHelp("Train only these parameters; may be repeated.", valueName: "glob"))
  var train: [String] = []

  @Option(
    help: ArgumentHelp(
      "Train factors of low rank instead of the weights of layers: 'rank=8,alpha=16,targets=conv*'.",
      valueName: "settings"))
  var lora: String?

  @Flag(help: "Multiply the factors of LoRA into the weights at the end.")
  var mergeLora = false

  @Option(
    help: ArgumentHelp(
      "Keep an average along the run: swa, ema or last-k; 'ema,decay=0.99' with settings.", valueName: "method"))
  var average: String?

  func validate() throws {
    if let steps, steps < 0 { throw ValidationError("--steps must not be negative.") }
    if let batch, batch < 1 { throw ValidationError("--batch must be at least 1.") }
    for (name, value) in [("--learning-rate", learningRate), ("--weight-decay", weightDecay)] {
      if let value, !(value >= 0 && value.isFinite) { throw ValidationError("\(name) must be a number from 0 on.") }
    }
    if let dropout, !(0...1).contains(dropout) { throw ValidationError("--dropout must be between 0 and 1.") }
    if probeOnly, linearProbe == false {
      throw ValidationError("--probe-only and --no-linear-probe exclude each other.")
    }
  }

  /// - Throws: `CommandError.usage`.
  func overrides() throws -> TrainingOverrides {
    var overrides = TrainingOverrides()
    overrides.stepCount = steps
    overrides.learningRate = learningRate
    overrides.weightDecay = weightDecay
    overrides.batchSize = batch
    overrides.dropout = dropout
    overrides.heldOut = heldOut
    overrides.splitSeed = splitSeed
    overrides.linearProbe = probeOnly ? linearProbe ?? true : linearProbe
    overrides.isProbeOnly = probeOnly
    overrides.frozen = freeze.map { NamePattern($0) }
    overrides.trained = train.map { NamePattern($0) }
    overrides.mergesLoRA = mergeLora
    overrides.algorithm = try settings(algorithm, "--algorithm", nameKey: "name", AlgorithmChoice.init(yaml:))
    overrides.lora = try settings(lora, "--lora", nameKey: nil, LoRASettings.init(yaml:))
    overrides.average = try settings(average, "--average", nameKey: "method", AverageSettings.init(yaml:))
    return overrides
  }

  private func settings<Value>(
    _ text: String?, _ option: String, nameKey: String?, _ read: (YAMLMapping) throws -> Value
  ) throws -> Value? {
    guard let text else { return nil }
    let mapping = try SettingsText.mapping(text, option: option, nameKey: nameKey)
    return try SettingsText.usage(option) {
      let value = try read(mapping)
      try mapping.finish()
      return value
    }
  }
}

extension RunOptions {
  /// The words that give these options.
  var words: [String] {
    var words = ["--seed", "\(seed)"]
    let single: [(String, String?)] = [
      ("--steps", steps.map { "\($0)" }), ("--lr", learningRate.map { "\($0)" }),
      ("--weight-decay", weightDecay.map { "\($0)" }), ("--batch", batch.map { "\($0)" }),
      ("--dropout", dropout.map { "\($0)" }), ("--split-seed", splitSeed.map { "\($0)" }), ("--algorithm", algorithm),
      ("--lora", lora), ("--average", average),
    ]
    for (name, value) in single { if let value { words += ["\(name)=\(value)"] } }
    words += heldOut.map { "--held-out=\($0)" }
    words += freeze.map { "--freeze=\($0)" } + train.map { "--train=\($0)" }
    if let linearProbe { words.append(linearProbe ? "--linear-probe" : "--no-linear-probe") }
    if probeOnly { words.append("--probe-only") }
    if mergeLora { words.append("--merge-lora") }
    return words
  }

  /// These options with what a search draws for their seed.
  func drawing(_ search: HyperparameterSearch?) -> RunOptions {
    guard let search else { return self }
    var options = self
    options.learningRate = learningRate ?? search.draw("learning-rate", seed: seed)
    options.weightDecay = weightDecay ?? search.draw("weight-decay", seed: seed)
    options.dropout = dropout ?? search.draw("dropout", seed: seed)
    options.batch = batch ?? search.draw("batch", seed: seed).map { Int($0) }
    return options
  }
}
