import Documents
import Trainer
import WeightStore

/// One run by wgit's own trainer: everything it needs is found and checked before it begins.
struct TrainingSession {
  let plan: RunPlan
  private let repository: Repository
  private let target: FinetuneTarget
  private let task: TrainingTask
  private let data: LoadedData
  private let model: ModelFiles
  private var training: TrainingRun

  /// - Parameter cache: data sets that were read before.
  init(_ plan: RunPlan, in repository: Repository, cache: DatasetCache = DatasetCache()) throws {
    self.plan = plan
    self.repository = repository
    target = try FinetuneTarget(plan, in: repository)
    task = try TrainingTask.parse(plan.taskText, name: plan.taskPath ?? "task").applying(plan.options.overrides())
    data = try cache.data(task.dataPath, from: .workingFolder(repository), folder: DataFolder(plan.dataFolder))
    model = try ModelFiles(
      networkPath: task.networkPath, weightsPath: task.weightsPath, in: plan.start, of: repository)
    let (networkPath, weightsPath) = (task.networkPath, task.weightsPath)
    let grafted = try plan.headCommit.map { commit in
      let donor = try ModelFiles(networkPath: networkPath, weightsPath: weightsPath, in: commit, of: repository)
      return donor.weights.filtered(names: donor.network.headParameterNames)
    }
    var request = TrainingRequest(
      network: model.network, weights: model.weights, graftedHead: grafted, task: task, dataset: data.dataset,
      seed: plan.options.seed, threadCount: Environment.threadCount)
    request.storage = WeightStorage(dtypes: model.dtypes)
    training = try TrainingRun(request)
  }

  /// What the result depends on beside the plan; a run is continued only where it is the same.
  func identity() throws -> JSONValue {
    [
      "data": LoadedData.json(data.files), "description": .string(try descriptionDigest.hex),
      "instructionSet": .string(VectorKernels.best.name), "blasCore": .string(try BLAS.load().coreName),
      "version": .string(Wgit.version),
    ]
  }

  /// Trains, and commits the result.
  ///
  /// - Parameter saveInterval: steps from one saved state to the next; nil for about a minute.
  mutating func run(
    _ record: RunRecord, saveInterval: Int?, _ view: TrainingView
  ) throws -> (result: Repository.CommitOutcome, outcome: TrainingOutcome) {
    try checkIdentity(record)
    let snapshot = try record.snapshot()
    let saves = RunSaves(record, interval: saveInterval)
    let observer = TrainingObserver(
      report: view.show, isCancelled: { Interruption.isRequested || Supervision.isLost }, isSaveDue: saves.isDue,
      save: saves.save)
    Interruption.watch()
    let outcome: TrainingOutcome
    do {
      defer { view.end() }
      outcome = try training.run(observer, resuming: snapshot)
    } catch let error as TrainerError where error.code == .cancelled {
      throw CommandError(
        .interrupted, error.message,
        hint: "it is saved; continue it: wgit finetune --resume --branch \(Terminal.escape(plan.branch))")
    } catch let error as TrainerError where error.code == .nonFiniteLoss {
      // Going on would only lead here again.
      record.remove()
      throw error
    }
    let recipe = FinetuneRecipe(
      task: task, data: data, outcome: outcome, seed: plan.options.seed, headCommit: plan.headCommit)
    let files = try model.files(outcome, networkPath: task.networkPath, weightsPath: task.weightsPath)
    let result = try target.commit(
      files: files.changed, removing: files.removed, message: plan.message ?? defaultMessage,
      signature: Identity.signature(Configuration.load(repository)), recipe: recipe.recipe, isQuiet: view.isQuiet,
      beforeGate: record.remove)
    record.remove()
    return (result, outcome)
  }

  private var descriptionDigest: Digest {
    get throws { SHA256.digest(of: try ProjectFiles.workingFolder(repository).bytes(task.dataPath)) }
  }

  private var defaultMessage: String { "\(plan.options.probeOnly ? "Probe" : "Fine-tune") on \(task.name)" }

  private func checkIdentity(_ record: RunRecord) throws {
    let now = try identity()
    for (key, what) in [
      ("data", "the data files"), ("description", "'\(task.dataPath)'"), ("instructionSet", "the instruction set"),
      ("blasCore", "the BLAS core"),
      ("version", "the version of wgit"),
    ] where record.identity[key] != now[key] {
      throw CommandError(
        .negative, "the run cannot be continued to the same result: \(what) changed since it began",
        hint: "begin anew: wgit finetune … --restart")
    }
  }
}
