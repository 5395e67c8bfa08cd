import ArgumentParser
import Documents
import Merging
import Synchronization
import Tensors
import WeightStore

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Combine models into the current branch.",
    usage: "wgit merge [<options>] <revisions> ...",
    discussion: """
      Strategies:
      \(MergeCommand.recipes.map(MergeCommand.describe).joined(separator: "\n"))

      Ingredients are the tips, the current branch included, that are not ancestors of other tips. Merging one more model \
      into a soup of n gives each an equal share, 1/(n+1). Tensors that are equal everywhere are kept as they are.

      With --gate the merge is built aside, the certificates of the current branch are evaluated on it, and the branch \
      moves only if all hold; max-drop compares with the branch as it was. A refused merge stays at candidates/BRANCH.

      If one tip descends from all others the branch is moved forward to it, and nothing is combined. Without a \
      strategy that is all that can be done.

      Examples:
        wgit merge --strategy ratatouille target/a target/b target/c
        wgit merge --strategy ratatouille --gate contributor/x
      """)

  /// The strategies that need no base and no parameters.
  private static let recipes: [any MergeRecipe] = [Ratatouille()]

  /// The lines of the list of strategies.
  private static func describe(_ recipe: any MergeRecipe) -> String {
    "  \(recipe.name)\n    \(recipe.summary)" + (recipe.paper.map { "\n    (\($0.citation))" } ?? "")
  }

  @Option(name: [.short, .long], help: "How weights are combined.")
  var strategy: String?

  @Flag(help: "Move the branch only if its certificates hold on the merge.")
  var gate = false

  @Option(name: [.short, .long], help: "The message of the merge commit.")
  var message: String?

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var quiet: QuietOption

  @Argument(help: "Revisions to merge into the current branch.")
  var revisions: [String]

  func validate() throws {
    if let message, message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
    let names = MergeCommand.recipes.map(\.name)
    guard let strategy, !names.contains(strategy) else { return }
    let near = Spelling.nearest(strategy, in: names)
    throw ValidationError(
      "There is no strategy '\(strategy)'. \(near.map { "Did you mean '\($0)'?" } ?? "There is: \(names.joined(separator: ", ")).")"
    )
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let commits = try revisions.map(repository.resolve)
    guard let recipe = strategy.flatMap(MergeRecipes.named) else {
      return try moveForward(repository, to: commits)
    }
    let head = try repository.headCommitID()
    let tips = try repository.graph.tips(of: [head].compactMap { $0 } + commits)
    if tips.count == 1 { return try moveForward(repository, to: tips) }
    try checkNothingIsUncommitted(repository)
    let judge = gate ? try Gate(repository, baseline: head, folder: dataFolder.resolve(repository)) : nil
    let counter = NonFiniteTally()
    let outcome = try repository.buildMerge(request(repository, recipe, commits, counter))
    if !quiet.quiet { describe(outcome, repository, counter) }
    try judge?.check(outcome.id, shownAs: MergeCommand.name(of: outcome.candidate), isQuiet: quiet.quiet)
    _ = try repository.fastForward(
      to: outcome.id, description: "merge: \(outcome.commit.subject)", removing: outcome.candidate)
    if quiet.quiet {
      Terminal.print(outcome.id.hex)
    } else {
      let branch = try repository.head().branchName ?? "detached HEAD"
      Terminal.print("[\(Terminal.escape(branch)) \(outcome.id.short)] \(Terminal.escape(outcome.commit.subject))")
    }
  }

  private func moveForward(_ repository: Repository, to commits: [ObjectID<Commit>]) throws {
    guard let only = commits.first, commits.count == 1 else {
      throw CommandError(
        .usage, "several revisions need a strategy", hint: "wgit merge --strategy ratatouille REV REV…")
    }
    let graph = repository.graph
    let head = try repository.headCommitID()
    if let head {
      if try graph.isAncestor(only, of: head) {
        if !quiet.quiet { Terminal.print("Already up to date") }
        return
      }
      guard try graph.isAncestor(head, of: only) else {
        throw CommandError(
          .usage, "the branches have diverged: a strategy must say how weights are combined",
          hint: "wgit merge --strategy ratatouille \(Terminal.escape(revisions[0]))")
      }
    }
    if gate {
      let judge = try Gate(repository, baseline: head, folder: dataFolder.resolve(repository))
      try judge.check(only, shownAs: only.short, isQuiet: quiet.quiet)
    }
    _ = try repository.fastForward(to: only, description: "merge: fast-forward to \(revisions[0])")
    Terminal.print(quiet.quiet ? only.hex : "Moved forward to \(only.short)")
  }

  /// Found before the work, not after it.
  private func checkNothingIsUncommitted(_ repository: Repository) throws {
    let paths = try repository.uncommittedPaths()
    guard !paths.isEmpty else { return }
    throw CommandError(
      .negative, "there are changes that are not committed", details: paths.map(\.text),
      hint: "commit them first (wgit commit -a) or drop them (wgit restore FILE)")
  }

  /// `candidates/main`, as `wgit diff` and `wgit show` take it.
  private static func name(of candidate: RefName) -> String {
    String(candidate.text.dropFirst("refs/".count))
  }

  private func request(
    _ repository: Repository, _ recipe: any MergeRecipe, _ commits: [ObjectID<Commit>], _ tally: NonFiniteTally
  ) throws -> Repository.MergeRequest {
    let signature = try Identity.signature(Configuration.load(repository))
    let details: JSONObject = [
      "version": .string(Wgit.version),
      "paper": .string("arXiv \(recipe.paper?.arXiv ?? "")"),
    ]
    let names = revisions.joined(separator: ", ")
    return Repository.MergeRequest(
      method: recipe.name, revisions: commits, message: message ?? "Merge \(names) by \(recipe.name)",
      author: signature, committer: signature, details: details
    ) { inputs, weights, dtype, tensor throws(StoreError) in
      do {
        return try MergeCommand.combine(inputs, weights, dtype, tensor, recipe, tally)
      } catch {
        throw StoreError(.mergeConflict, "'\(tensor)': \(error)", subjects: [tensor], cause: error)
      }
    }
  }

  private static func combine(
    _ inputs: [[UInt8]], _ weights: [Double], _ dtype: DType, _ tensor: String, _ recipe: any MergeRecipe,
    _ tally: NonFiniteTally
  ) throws -> [UInt8] {
    let count = (inputs.first?.count ?? 0) / max(1, dtype.byteWidth ?? 1)
    let shape = try Shape([count])
    let models = try inputs.indices.map { index in
      var parameters = ParameterValues()
      parameters[.weight] = weights[index]
      let reader = try ResidentTensor(dtype: dtype, shape: shape, bytes: inputs[index])
      return MergeInput.Model(reader, index: index, parameters: parameters)
    }
    let engine = MergeEngine(recipe, executor: .serial)
    let merge = try engine.prepare(MergeInput(name: tensor, models: models))
    var output = [UInt8](repeating: 0, count: inputs.first?.count ?? 0)
    let nonFinite = try output.withUnsafeMutableBytes { try merge.combine(elements: 0..<count, into: $0) }
    tally.add(nonFinite, tensor: tensor)
    return output
  }

  private func describe(_ outcome: Repository.MergeOutcome, _ repository: Repository, _ tally: NonFiniteTally) {
    let recipe = outcome.commit.recipe
    Terminal.print(
      "\(strategy ?? ""): \(Format.count(recipe.ingredients.count, "ingredient")) of weight "
        + "1/\(recipe.ingredients.count), \(Format.count(outcome.combinedTensorCount, "tensor")) combined, "
        + "\(outcome.keptTensorCount) kept, \(Format.bytes(outcome.storedByteCount)) stored")
    for (tensor, count) in tally.sorted {
      Terminal.message(
        "warning: \(Terminal.escape(tensor)) has \(count.nan) NaN and \(count.infinite) infinite elements")
    }
  }
}

/// Elements that are no numbers, by tensor, counted from several threads.
final class NonFiniteTally: Sendable {
  private let counts = Mutex<[String: NonFiniteCount]>([:])

  func add(_ count: NonFiniteCount, tensor: String) {
    guard !count.isZero else { return }
    counts.withLock { $0[tensor, default: NonFiniteCount()] += count }
  }

  var sorted: [(String, NonFiniteCount)] {
    counts.withLock { counts in counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }
}
