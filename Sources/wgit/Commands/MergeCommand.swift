import ArgumentParser
import Documents
import Merging
import WeightStore

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Combine models into the current branch.",
    usage: """
      wgit merge [<options>] <revisions> ...
      wgit merge --resolve <pattern=choice> ...
      wgit merge --continue | --abort
      wgit merge --output <folder> [<options>] <models> ...
      """,
    discussion: """
      Without a strategy this is a three-way merge, as git's, of tensors: relative to the merge base, a tensor that one \
      side changed is taken whole, and one that both changed is a conflict. config.json is merged by key, other texts by \
      line. A merge that meets conflicts stops; decide by pattern, then continue:

        wgit merge --resolve 'lm_head.*=ours' --resolve '*.mlp.*=ties:density=0.5'
        wgit merge --continue

      With a strategy every tensor that is not equal in all models is computed. Ingredients are the tips, the current \
      branch included, that are not ancestors of other tips. Merging one more model into a soup of n gives each an equal \
      share, 1/(n+1). Tensors that are equal everywhere are kept as they are. 'wgit merge --list' describes strategies.

      With --gate the merge is built aside, the certificates of the current branch are evaluated on it, and the branch \
      moves only if all hold; max-drop compares with the branch as it was. A refused merge stays at candidates/BRANCH. \
      Branches that wgit.yaml lists as protected always have a gate, unless --no-gate says otherwise; the commit then \
      records it.

      greedy tries models from the best to the worst, as the certificate with 'role: validation' scores them, and keeps \
      one if the average with it scores better (greedy:accept=improves) or no worse (greedy:accept=keeps-up).

      wise-ft goes part of the way from what is checked out (or --base) to one revision, which may also be an ancestor.

      If one tip descends from all others the branch is moved forward to it, and nothing is combined.

      Exit codes: 1 if it stopped at conflicts or a certificate refused it.

      With --output FOLDER no branch is touched, and none is needed: models are safetensors files, Hugging Face folders \
      or revisions (main, main:models/a), and the folder gets the merged weights, the configuration and tokenizer of \
      the --base or the first model, a model card, and wgit_merge.yml, from which --config makes it again.

      Examples:
        wgit merge feature
        wgit merge --dry-run target/a target/b
        wgit merge --preview target/a
        wgit merge --strategy ratatouille target/a target/b target/c
        wgit merge --strategy weighted --weight HEAD=0.7 --weight other=0.3 other
        wgit merge --strategy ratatouille --gate contributor/x
        wgit merge --strategy ratatouille --output soup model-a model-b model-c
      """)

  @OptionGroup var method: MergeMethodOptions
  @OptionGroup var scope: MergeScopeOptions

  @Option(
    help: ArgumentHelp("With greedy: the certificate that models are chosen by.", valueName: "name"),
    completion: Completion.certificate)
  var certificate: String?

  @OptionGroup var gate: GateOption

  @Flag(help: "Show loss and accuracy on the line from HEAD to each model, and do nothing.")
  var preview = false

  @OptionGroup var alignment: MergeAlignmentOptions

  @Option(name: [.short, .long], help: "The message of the merge commit.")
  var message: String?

  @Flag(name: .customLong("continue"), help: "Go on with the merge that stopped.")
  var isContinuing = false

  @Flag(help: "Give up the merge that stopped.")
  var abort = false

  @Flag(help: "Say what would be merged, and do nothing.")
  var dryRun = false

  @Flag(help: "Describe the strategies.")
  var list = false

  @OptionGroup var standalone: StandaloneMergeOptions
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  @Argument(
    help: "Revisions to merge into the current branch; with --output also files and folders.",
    completion: Completion.revision)
  var revisions: [String] = []

  /// Without revisions something must be said of the open merge.
  private var isAboutOpenMerge: Bool { isContinuing || abort || (revisions.isEmpty && !scope.resolve.isEmpty) }

  func validate() throws {
    if let message, message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
    if json.json && quiet.quiet { throw ValidationError("--json and --quiet exclude each other.") }
    if isContinuing && abort { throw ValidationError("--continue and --abort exclude each other.") }
    if isContinuing || abort, !revisions.isEmpty {
      throw ValidationError("A merge that is open has its revisions already.")
    }
    if standalone.isChosen { try checkStandalone() }
    guard revisions.isEmpty, !isAboutOpenMerge, !list, !standalone.isChosen else { return }
    throw ValidationError("Which revisions are to be merged?")
  }

  /// A folder has no branch, no certificates and no merge that stops.
  private func checkStandalone() throws {
    let others: [(String, Bool)] = [
      ("--gate", gate.gate != nil), ("--preview", preview), ("--message", message != nil),
      ("--continue", isContinuing), ("--abort", abort),
      ("--resolve", !scope.resolve.isEmpty),
      ("--keep-optimizer", scope.keepOptimizer != nil), ("--data", dataFolder.data != nil),
      ("--certificate", certificate != nil), ("--align", alignment.isChosen),
    ]
    if let option = others.first(where: \.1) {
      throw ValidationError("\(option.0) is about a branch; it does not go with --output or --config.")
    }
  }

  func run() throws {
    if list { return StrategyList.print() }
    if standalone.isChosen {
      return try StandaloneMergeCommand(
        options: standalone, method: method, models: revisions, only: scope.only, output: output, isDryRun: dryRun
      ).run()
    }
    let repository = try Environment.openRepository()
    if isAboutOpenMerge {
      return try OpenMergeRun(repository, dataFolder, output).run(abort: abort, finish: isContinuing, scope, message)
    }
    let commits = try revisions.map(repository.resolve)
    if let strategy = method.strategy, let rule = try GreedyMerge.rule(of: strategy) {
      return try mergeGreedily(repository, rule, commits)
    }
    if certificate != nil { throw CommandError(.usage, "--certificate goes with --strategy greedy") }
    let strategy = try method.parsed()
    let head = try repository.headCommitID()
    if preview { return try preview(repository, head, commits) }
    let tips = try repository.graph.tips(of: [head].compactMap { $0 } + commits)
    let isInterpolation = strategy.map { MergeMethods.isInterpolation($0.recipe) } ?? false
    if head == nil || (tips.count == 1 && !isInterpolation) { return try moveForward(repository, to: tips) }
    let landing = try landing(repository, strategy, commits)
    if dryRun { return try DryRun(landing, output).run() }
    try MergeCommand.checkNothingIsUncommitted(repository)
    try landing.land()
  }

  private func mergeGreedily(
    _ repository: Repository, _ rule: GreedySelection.Rule, _ commits: [ObjectID<Commit>]
  ) throws {
    if dryRun || method.base != nil || !method.weight.isEmpty || alignment.isChosen || !scope.only.isEmpty {
      throw CommandError(
        .usage, "greedy averages whole models as they score: it goes with --certificate, --gate and --message alone")
    }
    try MergeCommand.checkNothingIsUncommitted(repository)
    let greedy = GreedyMerge(
      repository: repository, rule: rule, certificateName: certificate, dataFolder: dataFolder, output: output)
    switch try greedy.choose(Array(zip(revisions, commits))) {
    case .stay:
      guard let head = try repository.headCommitID() else { return }
      print(head, "The branch stays: no other model makes it better")
    case .forward(let commit): try moveForward(repository, to: [commit])
    case .merge(var landing):
      landing.gate = try gate.decision(repository)
      landing.isStrict = method.strict
      landing.dataFolder = dataFolder
      if let message { landing.message = message }
      try landing.land()
    }
  }

  private var output: MergeOutput { json.json ? .json : quiet.quiet ? .id : .text }

  private func landing(
    _ repository: Repository, _ strategy: MergeStrategy?, _ commits: [ObjectID<Commit>]
  ) throws -> MergeLanding {
    let base = try method.base.map(repository.resolve)
    var specification: MergeSpecification
    var notes: [MergeNote] = []
    if let strategy, MergeMethods.isInterpolation(strategy.recipe) {
      guard let only = commits.first, commits.count == 1, method.weight.isEmpty, !alignment.isChosen else {
        throw CommandError(
          .usage, "\(strategy.recipe.name) goes from what is checked out to one revision, without weights")
      }
      specification = try repository.interpolation(MergeMethods.method(strategy), with: only, base: base)
    } else if let strategy {
      let recipe = strategy.recipe
      let merged = [try repository.headCommitID()].compactMap { $0 } + commits
      (specification, notes) = try repository.methodMerge(
        alignment.method(MergeMethods.method(strategy, usesBase: base != nil), recipe, repository), with: commits,
        base: base,
        needsBase: recipe.base == .required, isOrdered: MergeMethods.isOrdered(recipe),
        weights: method.weights(repository, of: merged, recipe))
      try MergeMethods.check(strategy, modelCount: specification.ingredients.count)
    } else {
      guard !alignment.isChosen else { throw CommandError(.usage, "--align goes with a strategy that averages") }
      specification = try repository.threeWayMerge(with: commits, base: base)
    }
    specification.resolutions = try scope.resolve.map(MergeMethods.resolution)
    specification.only = scope.only
    specification.optimizer = scope.keepOptimizer
    specification.dtype = method.dtype
    specification.seed = method.seed ?? 0
    let all = revisions.joined(separator: ", ")
    var landing = MergeLanding(
      repository, specification, names: try names(repository, specification.sides, commits),
      message: message ?? "Merge \(all)" + (strategy.map { " by \($0.recipe.name)" } ?? ""),
      parents: try repository.parents(of: specification))
    landing.output = output
    landing.isStrict = method.strict
    landing.gate = try gate.decision(repository)
    landing.dataFolder = dataFolder
    landing.notes = notes
    return landing
  }

  /// As they were typed.
  private func names(
    _ repository: Repository, _ sides: [ObjectID<Commit>], _ commits: [ObjectID<Commit>]
  ) throws -> [String] {
    let head = try repository.headCommitID()
    return sides.map { side in
      if side == head { return "HEAD" }
      return zip(revisions, commits).first { $0.1 == side }?.0 ?? side.short
    }
  }

  private func moveForward(_ repository: Repository, to commits: [ObjectID<Commit>]) throws {
    guard let only = commits.first, commits.count == 1 else {
      throw CommandError(
        .usage, "there is no commit to merge into", hint: "start from one: wgit merge \(Terminal.escape(revisions[0]))")
    }
    let head = try repository.headCommitID()
    if head == only {
      return print(only, "Already up to date")
    }
    if dryRun { return print(only, "Would move forward to \(only.short)") }
    let decision = try gate.decision(repository)
    if decision == .gated {
      let judge = try Gate(repository, baseline: head, folder: dataFolder.resolve(repository))
      try judge.check(only, shownAs: only.short, isQuiet: output != .text)
    }
    _ = try repository.fastForward(to: only, description: "merge: fast-forward to \(revisions[0])\(decision.note)")
    print(only, "Moved forward to \(only.short)")
  }

  private func preview(
    _ repository: Repository, _ head: ObjectID<Commit>?, _ commits: [ObjectID<Commit>]
  ) throws {
    guard let head else { throw StoreError(.unbornBranch, "there is no commit to start from yet") }
    let others = zip(revisions, commits).filter { $0.1 != head }.map { (name: $0.0, commit: $0.1) }
    let lines = try MergePreview(
      repository: repository, head: head, folder: dataFolder.resolve(repository), isQuiet: output != .text
    ).lines(to: others)
    if json.json { json.print(MergePreview.json(lines)) } else { lines.forEach { $0.print() } }
  }

  private func print(_ commit: ObjectID<Commit>, _ sentence: String) {
    switch output {
    case .text: Terminal.print(sentence)
    case .id: Terminal.print(commit.hex)
    case .json: json.print(["commit": .string(commit.hex), "conflicts": .null, "recipe": .null])
    }
  }

  /// Found before the work, not after it.
  static func checkNothingIsUncommitted(_ repository: Repository) throws {
    try repository.checkNoMergeIsOpen()
    let paths = try repository.uncommittedPaths()
    guard !paths.isEmpty else { return }
    throw CommandError(
      .negative, "there are changes that are not committed", details: paths.map(\.text),
      hint: "commit them first (wgit commit -a) or drop them (wgit restore FILE)")
  }
}
