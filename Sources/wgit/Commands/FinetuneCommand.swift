import ArgumentParser
import Documents
import Glibc
import Synchronization
import Trainer
import WeightStore

struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Train from a revision and commit the result on a branch.",
    discussion: """
      The task is a file:

        task: target
        data: data/rotated.yaml
        train: {domains: [0, 15, 30, 45, 60], per-domain: 100}
        validation: {per-domain: 25}
        steps: 200
        batch: 64
        optimizer: {name: adam, learning-rate: 1e-3}
        linear-probe: {steps: 200, learning-rate: 1e-3, batch: 128}

      A linear probe trains the head alone before everything is trained.

      The network and its weights come from the revision; a head for another number of classes is made anew. The same \
      seed gives the same bytes, for any number of threads. Ctrl-C stops; nothing is committed then.

      Examples:
        wgit finetune --task tasks/pretrain.yaml
        wgit finetune main -t tasks/target.yaml -b target/a --seed 1
        wgit finetune aux/a -t tasks/target.yaml -b target/a --head-from probe
      """)

  @Option(name: [.short, .long], help: "The task file.")
  var task: String

  @Option(
    name: [.short, .long], help: "The branch to commit on; it is made if it does not exist. Default: the current one.")
  var branch: String?

  @Option(name: [.short, .long], help: "The message of the commit.")
  var message: String?

  @Option(help: ArgumentHelp("Take the head's parameters from this revision.", valueName: "rev"))
  var headFrom: String?

  @Flag(help: "Train the head alone and stop.")
  var probeOnly = false

  @OptionGroup var hyperparameters: RunOptions
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  @Argument(help: "The revision to start from.")
  var from = "HEAD"

  func validate() throws {
    if let message, message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let target = try FinetuneTarget(repository, from: from, branch: branch)
    let project = ProjectFiles.workingFolder(repository)
    let taskPath = try UserPath(repository).relative(task)?.text ?? task
    let trainingTask = try TrainingTask.parse(project.text(taskPath), name: taskPath).applying(overrides)
    let signature = try Identity.signature(Configuration.load(repository))
    let data = try LoadedData(trainingTask.dataPath, from: project, folder: dataFolder.resolve(repository))
    let model = try ModelFiles(
      networkPath: trainingTask.networkPath, weightsPath: trainingTask.weightsPath, in: target.start, of: repository)
    let outcome = try train(model, trainingTask, data, repository)
    let recipe = try FinetuneRecipe(
      task: trainingTask, data: data, outcome: outcome, seed: hyperparameters.seed,
      headCommit: headFrom.map(repository.resolve)
    ).recipe
    let result = try target.commit(
      files: files(model, trainingTask, outcome), message: message ?? defaultMessage(trainingTask),
      signature: signature, recipe: recipe)
    report(result, outcome)
  }

  private var overrides: TrainingOverrides {
    var overrides = hyperparameters.overrides
    overrides.isProbeOnly = probeOnly
    return overrides
  }

  private func defaultMessage(_ task: TrainingTask) -> String {
    "\(probeOnly ? "Probe" : "Fine-tune") on \(task.name)"
  }

  private func train(
    _ model: ModelFiles, _ task: TrainingTask, _ data: LoadedData, _ repository: Repository
  ) throws -> TrainingOutcome {
    let grafted = try headFrom.map { revision in
      let donor = try ModelFiles(
        networkPath: task.networkPath, weightsPath: task.weightsPath, in: repository.resolve(revision), of: repository)
      return donor.weights.filtered(names: donor.network.headParameterNames)
    }
    var training = try TrainingRun(
      TrainingRequest(
        network: model.network, weights: model.weights, graftedHead: grafted, task: task, dataset: data.dataset,
        seed: hyperparameters.seed, threadCount: Environment.threadCount))
    let view = TrainingView(json: output.json, quiet: quiet.quiet)
    Interruption.watch()
    defer { view.end() }
    return try training.run(TrainingObserver(report: view.show, isCancelled: { Interruption.isRequested }))
  }

  /// The files that the run changed: always the weights, the network if its head is another.
  private func files(
    _ model: ModelFiles, _ task: TrainingTask, _ outcome: TrainingOutcome
  ) throws -> [RelativePath: [UInt8]] {
    var files = [try RelativePath(task.weightsPath): try model.safetensors(outcome.weights)]
    if outcome.network.classCount != model.network.classCount {
      files[try RelativePath(task.networkPath)] = Array((outcome.network.json.prettyString() + "\n").utf8)
    }
    return files
  }

  private func report(_ result: Repository.CommitOutcome, _ outcome: TrainingOutcome) {
    if output.json {
      Terminal.print(
        String(
          decoding: JSONValue.object([
            "event": "committed", "commit": .string(result.id.hex),
            "branch": result.branch.map { .string($0) } ?? .null, "trainAccuracy": .number(outcome.trainAccuracy),
            "validationAccuracy": outcome.validationAccuracy.map { .number($0) } ?? .null,
          ]).canonicalBytes(), as: UTF8.self))
      return
    }
    guard !quiet.quiet else { return Terminal.print(result.id.hex) }
    CommitSummary.print(result)
    let validation = outcome.validationAccuracy.map { ", validation \(Format.percent($0))" } ?? ""
    Terminal.print(
      " train \(Format.percent(outcome.trainAccuracy))\(validation), "
        + "\(Int(outcome.samplesPerSecond)) samples/s")
  }
}

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

  func validate() throws {
    if let steps, steps < 0 { throw ValidationError("--steps must not be negative.") }
    if let batch, batch < 1 { throw ValidationError("--batch must be at least 1.") }
    for (name, value) in [("--learning-rate", learningRate), ("--weight-decay", weightDecay)] {
      if let value, !(value >= 0 && value.isFinite) { throw ValidationError("\(name) must be a number from 0 on.") }
    }
  }

  var overrides: TrainingOverrides {
    var overrides = TrainingOverrides()
    overrides.stepCount = steps
    overrides.learningRate = learningRate
    overrides.weightDecay = weightDecay
    overrides.batchSize = batch
    return overrides
  }
}
