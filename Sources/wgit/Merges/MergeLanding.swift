import Documents
import Merging
import Trainer
import WeightStore

/// What merge, cherry-pick, revert and average share once it is clear what is merged: build it aside, judge it, move the
/// branch, say so.
struct MergeLanding {
  let repository: Repository
  let specification: MergeSpecification
  /// What the sides are called, ours first.
  let names: [String]
  var message: String
  let parents: [ObjectID<Commit>]
  /// What the operation log calls it.
  var verb = "merge"
  /// The commit of several whose turn it is.
  var commit: String?
  var output = MergeOutput.text
  /// Whose work it is, if not of whoever commits.
  var author: Commit.Signature?
  var isStrict = false
  var gate = GateDecision.open
  var dataFolder = DataFolderOption()
  /// Patterns that fit nothing are mistyped.
  var refusesIdlePatterns = true
  /// The open merge that this continues.
  var continues: OpenMerge?
  var notes: [MergeNote] = []
  /// Where the method comes from, if not from where the recipe does.
  var paper: Paper?
  /// What the commit records besides.
  var more: JSONObject = [:]

  private let tally = NonFiniteTally()

  init(
    _ repository: Repository, _ specification: MergeSpecification, names: [String], message: String,
    parents: [ObjectID<Commit>]
  ) {
    self.repository = repository
    self.specification = specification
    self.names = names
    self.message = message
    self.parents = parents
  }

  /// - Throws: `CommandError.negative` if it stopped at conflicts or the gate refused it.
  @discardableResult
  func land() throws -> ObjectID<Commit> {
    let head = try repository.headCommitID()
    let judge = gate == .gated ? try Gate(repository, baseline: head, folder: dataFolder.resolve(repository)) : nil
    let outcome = try build()
    if output == .text { MergeView.print(outcome, notes: notes, tally) }
    try judge?.check(outcome.id, shownAs: MergeView.name(of: outcome.candidate), isQuiet: output != .text, verb: verb)
    _ = try repository.fastForward(
      to: outcome.id, description: "\(verb): \(outcome.commit.subject)\(gate.note)", removing: outcome.candidate,
      closesMerge: continues != nil)
    MergeView.printLanded(outcome, branch: try repository.head().branchName, output, notes: notes, tally)
    return outcome.id
  }

  /// Makes the commit aside; the branch stays.
  ///
  /// - Throws: `CommandError.negative` if it stopped at conflicts.
  func build() throws -> Repository.MergeOutcome {
    let progress = ProgressLine(isQuiet: output != .text)
    var request = try request()
    request.progress = { path, done, total in
      progress.update("merging \(path): \(Format.bytes(done)) of \(Format.bytes(total))")
    }
    defer { progress.clear() }
    switch try repository.buildMerge(request, parents: parents) {
    case .conflicts(let plan):
      progress.clear()
      throw try stopped(plan)
    case .made(let outcome): return outcome
    }
  }

  /// One line about a commit that is made, and what is worth knowing of it.
  func print(_ outcome: Repository.MergeOutcome, _ line: String) {
    Terminal.print(Terminal.escape(line))
    MergeView.printNotes(outcome, notes: notes, tally)
  }

  /// What would be merged, without doing it.
  func plan(readsWeights: Bool) throws -> MergePlan {
    try repository.planMerge(request(), readsWeights: readsWeights)
  }

  func request() throws -> Repository.MergeRequest {
    let signature = try Identity.signature(Configuration.load(repository))
    var request = Repository.MergeRequest(
      specification, message: message, author: author ?? signature, committer: signature, sideNames: names
    ) { [tally] in try MergeLanding.recipe($0, tally) }
    request.details = try details()
    request.refusesIdlePatterns = refusesIdlePatterns
    if continues != nil { request.filesMadeByHand = try repository.filesMadeByHand() }
    if isStrict { request.inspect = { [tally] in try MergeLanding.refuseNonFinite(tally) } }
    return request
  }

  static func recipe(
    _ method: MergeSpecification.Method, _ tally: NonFiniteTally
  ) throws -> any TensorStrategy {
    let (strategy, usesBase) = try MergeMethods.strategy(method)
    let recipe = RecipeStrategy(strategy, usesBase: usesBase, tally: tally)
    guard let alignment = method.alignment else { return recipe }
    return AlignedStrategy(recipe, try PermutationSpec(json: alignment))
  }

  private func details() throws -> JSONObject {
    var details: JSONObject = ["version": .string(Wgit.version)]
    let ofRecipe = try specification.method.flatMap { try MergeMethods.strategy($0).strategy.recipe.paper }
    if let paper = paper ?? ofRecipe {
      _ = details.append("paper", .string(paper.arXiv.map { "arXiv \($0)" } ?? paper.title))
    }
    for member in gate.record.members + more.members { _ = details.append(member.key, member.value) }
    return details
  }

  private static func refuseNonFinite(_ tally: NonFiniteTally) throws {
    let found = tally.sorted
    guard !found.isEmpty else { return }
    throw CommandError(
      .negative, "the result has elements that are not finite, in \(Format.count(found.count, "tensor"))",
      details: found.map { "\($0.tensor): \(NonFiniteTally.text($0.count))" },
      hint: "nothing was changed; without --strict they are only told of")
  }

  /// Keeps the merge open for a person to decide.
  private func stopped(_ plan: MergePlan) throws -> any Error {
    // A conflict of a cherry-pick or an average has no open state: it has one side to decide for, by options.
    guard verb == "merge" else {
      if output == .json { Terminal.print(MergeView.json(plan, specification, names: names).prettyString()) }
      if output == .text { ConflictTable.print(plan, names: names) }
      let place = commit.map { " at \($0)" } ?? ""
      return CommandError(
        .negative, "the \(verb) is refused\(place): \(ConflictTable.summary(plan))",
        hint: verb == "average"
          ? "nothing was changed; take a range in which all models have the same shapes"
          : "nothing was changed; decide by pattern: wgit \(verb) --resolve 'PATTERN=ours' (or theirs)")
    }
    var merge =
      continues
      ?? OpenMerge(
        specification: specification, names: names, message: message, isGated: gate == .gated, isStrict: isStrict)
    merge.specification = specification
    merge = try repository.stop(merge, at: plan)
    switch output {
    case .json: Terminal.print(MergeView.json(plan, specification, names: names).prettyString())
    case .text: ConflictTable.print(plan, names: names)
    case .id: break
    }
    return CommandError(
      .negative, "the merge stopped: \(ConflictTable.summary(plan))", hint: ConflictTable.advice(plan))
  }
}

/// What a command says when it is done.
enum MergeOutput {
  case text
  /// Only the id of the commit.
  case id
  case json
}
