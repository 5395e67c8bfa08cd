import ArgumentParser
import Documents
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

      docs/training.md lists all that it may say. The network and its weights come from the revision; a head for \
      another number of classes is made anew. The same seed gives the same bytes, for any number of threads and jobs.

      Ctrl-C saves where the run stands, and so does wgit about every minute: --resume continues to the same bytes, \
      whatever happened. A loss that is no number ends the run with exit code 1; nothing is committed then.

      Several runs (--runs 8 -b soup: branches soup/1 to soup/8) have seeds one after the other, and what the task's \
      key 'search' draws for them.

      Examples:
        wgit finetune --task tasks/pretrain.yaml
        wgit finetune main -t tasks/target.yaml -b target/a --seed 1
        wgit finetune aux/a -t tasks/target.yaml -b target/a --head-from probe
        wgit finetune main -t tasks/target.yaml -b soup --runs 8 --jobs 2
        wgit finetune main -t tasks/target.yaml -b lora --lora rank=8,alpha=16,targets=conv*
        wgit finetune main -b torch --exec 'python train.py'
        wgit finetune --resume
      """)

  @Option(name: [.short, .long], help: "The task file.", completion: .file(extensions: ["yaml", "yml"]))
  var task: String?

  @Option(
    name: [.short, .long], help: "The branch to commit on; it is made if it does not exist. Default: the current one.",
    completion: Completion.branch)
  var branch: String?

  @Option(name: [.short, .long], help: "The message of the commit.")
  var message: String?

  @Option(
    help: ArgumentHelp("Take the head's parameters from this revision.", valueName: "rev"),
    completion: Completion.revision)
  var headFrom: String?

  @OptionGroup(title: "What is done otherwise than the task says") var runOptions: RunOptions

  @Option(help: "Make so many runs, on branches below the named one.")
  var runs: Int?

  @Option(help: "Runs at a time, each with its share of the threads. Default: as many as there are threads.")
  var jobs: Int?

  @Flag(help: "Continue runs that were interrupted: that of --branch, or all.")
  var resume = false

  @Flag(help: "Begin anew where a run was interrupted, and drop what is saved of it.")
  var restart = false

  @Option(help: "Save where a run stands every so many steps, not about every minute.")
  var saveEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Let this command train. It finds the weights in WGIT_INIT and writes them to WGIT_OUT; docs/external-trainers.md "
        + "says more.", valueName: "command"))
  var exec: String?

  @Flag(help: "Run the command that the task file names.")
  var allowExec = false

  @Option(
    help: ArgumentHelp(
      "Tensors to which a command may give other shapes, or which may come or go; may be repeated.", valueName: "glob"))
  var newHead: [String] = []

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// Set by the process that started this one for one of its runs.
  @Option(help: ArgumentHelp("The process that waits for this run.", visibility: .hidden))
  var supervisedBy: Int?

  @Argument(help: "The revision to start from.", completion: Completion.revision)
  var from = "HEAD"

  func validate() throws {
    if let message, message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
    for (name, value) in [("--runs", runs), ("--jobs", jobs), ("--save-every", saveEvery)] {
      if let value, !(1...1_000_000).contains(value) { throw ValidationError("\(name) must be at least 1.") }
    }
    if resume, restart || task != nil || runs != nil || headFrom != nil || message != nil {
      throw ValidationError("--resume continues what was begun; it goes with --branch, --jobs and --exec.")
    }
    if !resume, task == nil, exec == nil { throw ValidationError("Missing expected argument '--task <task>'.") }
  }

  func run() throws {
    if let supervisedBy { Supervision.begin(supervisedBy) }
    let repository = try Environment.openRepository()
    let plans = resume ? try interrupted(repository) : try planned(repository)
    if plans.count == 1, runs == nil {
      try runHere(plans[0], repository)
    } else {
      try runSeveral(plans, repository)
    }
  }
}

// MARK: What there is to do

extension FinetuneCommand {
  /// The runs that were interrupted: the named branch's, or all.
  private func interrupted(_ repository: Repository) throws -> [RunPlan] {
    if let branch { return [try RunRecord.open(branch, in: repository).plan] }
    let branches = try RunRecord.branches(in: repository)
    guard !branches.isEmpty else {
      throw CommandError(
        .notFound, "there is no interrupted run", hint: "start one: wgit finetune --task FILE --branch BRANCH")
    }
    return try branches.map { try RunRecord.open($0, in: repository).plan }
  }

  private func planned(_ repository: Repository) throws -> [RunPlan] {
    _ = try Identity.signature(Configuration.load(repository))
    let start = try repository.resolve(from)
    guard let name = try branch ?? repository.head().branchName else {
      throw CommandError(.usage, "no branch is checked out", hint: "say where to commit: --branch NAME")
    }
    let path = try task.map { typed in try UserPath(repository).relative(typed)?.text ?? typed }
    let text = try path.map { try ProjectFiles.workingFolder(repository).text($0) } ?? ""
    let plan = RunPlan(
      start: start, branch: name, taskPath: path, taskText: text, options: runOptions, message: message,
      headCommit: try headFrom.map(repository.resolve), dataFolder: try dataFolder.resolve(repository).path,
      command: try command(path, text), newHead: newHead, gate: gate.gate)
    guard let runs else { return [plan] }
    let search =
      try plan.command == nil
      ? TrainingTask.parse(text, name: path ?? "task").applying(runOptions.overrides()).search : nil
    return (1...runs).map { number in
      var run = plan
      run.branch = "\(name)/\(number)"
      run.options.seed = runOptions.seed &+ UInt64(number - 1)
      run.options = run.options.drawing(search)
      return run
    }
  }

  /// The command that trains, if it is not wgit: typed by the user, or named by the task with the user's consent.
  private func command(_ path: String?, _ text: String) throws -> String? {
    if let exec { return exec }
    guard let path, try ExternalTask.isOne(text, name: path) else { return nil }
    let named = try ExternalTask.parse(text, name: path).command ?? ""
    guard allowExec else {
      throw CommandError(
        .permission, "'\(path)' wants to run a command of its own: \(named)",
        hint: "if that is what you want: wgit finetune … --allow-exec")
    }
    return named
  }
}

// MARK: Doing it

extension FinetuneCommand {
  /// One run in this process.
  private func runHere(_ plan: RunPlan, _ repository: Repository) throws {
    let view = TrainingView(json: output.json, quiet: quiet.quiet)
    let report = FinetuneReport(json: output.json, quiet: quiet.quiet)
    guard plan.command == nil else {
      let session = try ExternalSession(plan, command: try consented(plan), in: repository)
      report.show(try session.run(try record(plan, identity: .null, repository), view), nil)
      return
    }
    if restart { try RunRecord.drop(plan.branch, in: repository) }
    var session = try TrainingSession(plan, in: repository)
    let record = try record(plan, identity: session.identity(), repository)
    let (result, outcome) = try session.run(record, saveInterval: saveEvery, view)
    report.show(result, outcome)
  }

  private func runSeveral(_ plans: [RunPlan], _ repository: Repository) throws {
    if !resume {
      for plan in plans {
        if restart { try RunRecord.drop(plan.branch, in: repository) }
        try RunRecord.refuseUnfinished(plan.branch, in: repository)
        _ = try FinetuneTarget(plan, in: repository)
      }
      try writeDown(plans, repository)
    }
    let command = try plans.first { $0.command != nil }.map(consented)
    let sweep = RunSweep(
      branches: plans.map(\.branch), jobCount: min(plans.count, jobs ?? Environment.threadCount), command: command,
      saveInterval: saveEvery)
    try sweep.run(SweepView(branches: plans.map(\.branch), json: output.json, quiet: quiet.quiet))
  }

  /// Checks the first run as far as can be done before training, then writes all down.
  private func writeDown(_ plans: [RunPlan], _ repository: Repository) throws {
    guard let first = plans.first else { return }
    let identity: JSONValue
    if first.command == nil {
      identity = try TrainingSession(first, in: repository).identity()
    } else {
      _ = try ExternalSession(first, command: consented(first), in: repository)
      identity = .null
    }
    for plan in plans { _ = try RunRecord.create(plan, identity: identity, in: repository) }
  }

  /// A new record, or that of the run that is resumed.
  private func record(_ plan: RunPlan, identity: JSONValue, _ repository: Repository) throws -> RunRecord {
    if resume { return try RunRecord.open(plan.branch, in: repository) }
    if restart { try RunRecord.drop(plan.branch, in: repository) }
    return try RunRecord.create(plan, identity: identity, in: repository)
  }

  /// The command of a plan. One that was written down may come from somebody else's folder: it is run only if the user
  /// has typed it, or agreed to the task's, in this very command line.
  private func consented(_ plan: RunPlan) throws -> String {
    let command = plan.command ?? ""
    guard resume, exec != command, !allowExec else { return command }
    throw CommandError(
      .permission, "the run of '\(plan.branch)' is done by a command: \(command)",
      hint: "if that is what you want: wgit finetune --resume --branch \(Terminal.escape(plan.branch)) --allow-exec")
  }
}
