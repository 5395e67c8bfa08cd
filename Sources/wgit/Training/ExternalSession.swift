import Checkpoints
import Documents
import Glibc
import Tensors
import Trainer
import WeightStore

/// One run by another program: it is given the weights to start from, and what it writes is checked and committed.
struct ExternalSession {
  let plan: RunPlan
  private let command: String
  private let repository: Repository
  private let target: FinetuneTarget
  private let task: ExternalTask?
  private let weightsPath: RelativePath
  private let before: [Manifest.Tensor]
  private let data: [(name: String, sha256: Digest)]

  /// - Parameter command: what the user typed or agreed to.
  init(_ plan: RunPlan, command: String, in repository: Repository) throws {
    self.plan = plan
    self.command = command
    self.repository = repository
    if let option = ExternalContract.refused(plan.options) {
      throw CommandError(.usage, "\(option) is for wgit's own trainer; it does not go with --exec")
    }
    target = try FinetuneTarget(plan, in: repository)
    task = try plan.taskPath.map { try ExternalTask.parse(plan.taskText, name: $0) }
    weightsPath = try RelativePath(task?.weightsPath ?? "model.safetensors")
    before = try repository.checkpoint(weightsPath, in: plan.start).manifest.tensors.map(\.tensor)
    let folder = DataFolder(plan.dataFolder)
    data =
      try task?.dataPath.map { path in
        let text = try ProjectFiles.workingFolder(repository).text(path)
        return try LoadedData.digests(of: DatasetDescription.parse(text, name: path), in: folder)
      } ?? []
  }

  func run(_ record: RunRecord, _ view: TrainingView) throws -> Repository.CommitOutcome {
    let outputFolder = try record.emptyFolder("output")
    let contract = ExternalContract(
      initialWeights: try writeInitialFiles(to: record.emptyFolder("start")),
      output: "\(outputFolder)/\(weightsPath.name)", dataFolder: Self.absolute(plan.dataFolder),
      taskFile: plan.taskPath.map { "\(repository.working.path)/\($0)" }, options: plan.options)
    var progress = ExternalProgress()
    do {
      try execute(contract, &progress, view)
    } catch let error as CommandError where error.code != .interrupted {
      record.remove()
      throw error
    }
    if progress.unreadCount > 0 {
      Terminal.message("note: \(Format.count(progress.unreadCount, "line")) of progress could not be read as JSON")
    }
    let output: ExternalOutput
    do {
      output = try ExternalOutput(
        folder: outputFolder, weightsName: weightsPath.name, before: before,
        newHead: plan.newHead.map { NamePattern($0) } + (task?.newHead ?? []))
    } catch {
      record.remove()
      throw error
    }
    let files = try output.files.map { (try weightsPath.beside($0.name), $0.source as any ByteSource) }
    let result = try target.commit(
      files: Dictionary(files, uniquingKeysWith: { first, _ in first }), message: plan.message ?? defaultMessage,
      signature: Identity.signature(Configuration.load(repository)), recipe: recipe(progress), isQuiet: view.isQuiet,
      beforeGate: record.remove)
    record.remove()
    return result
  }

  private var defaultMessage: String {
    task.map { "Fine-tune on \($0.name)" } ?? "Fine-tune by \(command)"
  }

  /// The files that stand beside the weights in the revision, the weights among them; gives the weights' path.
  private func writeInitialFiles(to folder: String) throws -> String {
    for path in try repository.tree(of: plan.start).paths where path.ancestors.last == weightsPath.ancestors.last {
      let file = try OpenFile.open("\(folder)/\(path.name)", flags: O_WRONLY | O_CREAT | O_EXCL)
      try repository.stream(path, in: plan.start) { try file.write($0) }
    }
    return "\(folder)/\(weightsPath.name)"
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private func execute(_ contract: ExternalContract, _ progress: inout ExternalProgress, _ view: TrainingView) throws {
    Interruption.watch()
    let process = try ChildProcess(
      "/bin/sh", ["-c", command], environment: contract.environment, piped: [ExternalContract.progressDescriptor],
      sendsOutputToErrors: true)
    defer { view.end() }
    let wasStopped = process.wait(stoppingWhen: { Interruption.isRequested || Supervision.isLost }) { _, line in
      if let report = progress.take(line) { view.show(report) }
    }
    if wasStopped {
      throw CommandError(
        .interrupted, "the command was stopped; nothing was committed",
        hint: "run it again: wgit finetune --resume --branch \(Terminal.escape(plan.branch)) --exec …")
    }
    switch process.ending {
    case .exited(0)?: return
    case .exited(let code)?: throw failure("ended with exit code \(code)")
    case .signalled(let number)?: throw failure("was ended by signal \(number)")
    case nil: throw failure("is gone")
    }
  }

  private func failure(_ what: String) -> CommandError {
    CommandError(.negative, "the command \(what)", hint: "nothing was committed")
  }

  private func recipe(_ progress: ExternalProgress) -> Recipe {
    return Recipe(
      kind: .finetune,
      details: [
        "exec": .string(command), "task": task?.json ?? .null, "data": LoadedData.json(data),
        "seed": .string("\(plan.options.seed)"),
        "options": .array(plan.options.words.map { .string($0) }), "stepCount": .integer(Int64(progress.lastStep)),
        "threadCount": .integer(Int64(Environment.threadCount)), "version": .string(Wgit.version),
        "metrics": .object(progress.metrics), "loss": FinetuneRecipe.lossCurve(progress.curve),
      ])
  }
}
