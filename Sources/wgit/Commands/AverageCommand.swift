import ArgumentParser
import Documents
import Merging
import WeightStore

struct AverageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "average",
    abstract: "Average the checkpoints of a range of commits.",
    discussion: """
      The range A..B are the commits after A up to B, along first parents. Their checkpoints are summed in F64 and rounded \
      once; the result is a commit on the current branch, which keeps its other files.

        --swa           all the same (the default)
        --last-k 5      the latest five the same
        --ema 0.9       e = 0.9 e + 0.1 θ, from the oldest on; with --debiased
                        from zero, divided by 1 - 0.9^n
        --linear        1 for the oldest, n for the newest
        --weights 1,2   as given, oldest first, divided by their sum

      Examples:
        wgit average main~20..main --ema 0.9
        wgit average main~5..main --gate
      """)

  @Flag(help: "All commits count the same.")
  var swa = false

  @Option(help: ArgumentHelp("An exponential moving average with this decay.", valueName: "decay"))
  var ema: Double?

  @Flag(help: "With --ema: start from zero and divide by what is missing.")
  var debiased = false

  @Option(help: ArgumentHelp("Only the latest so many commits.", valueName: "number"))
  var lastK: Int?

  @Flag(help: "The newer, the heavier.")
  var linear = false

  @Option(help: ArgumentHelp("One number for each commit, oldest first.", valueName: "numbers"))
  var weights: String?

  @OptionGroup var gate: GateOption

  @Flag(help: "Fail if the result has NaN or infinite elements.")
  var strict = false

  @Option(name: [.short, .long], help: "The message of the commit.")
  var message: String?

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  @Argument(help: "Commits, as A..B.", completion: Completion.revisionRange)
  var range: String

  func validate() throws {
    let ways = [swa, ema != nil, lastK != nil, linear, weights != nil].count { $0 }
    if ways > 1 { throw ValidationError("Say one way to weigh the commits.") }
    if debiased, ema == nil { throw ValidationError("--debiased goes with --ema.") }
    if json.json && quiet.quiet { throw ValidationError("--json and --quiet exclude each other.") }
    if let message, message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    try MergeCommand.checkNothingIsUncommitted(repository)
    guard let head = try repository.headCommitID() else {
      throw StoreError(.unbornBranch, "there is no commit to average yet")
    }
    let commits = try commits(repository)
    let shares = try shares(count: commits.count)
    let ingredients = zip(commits, shares).filter { $0.1 != 0 }
      .map { Recipe.Ingredient(commit: $0.0, weight: $0.1) }
    guard let tip = commits.last, !ingredients.isEmpty else {
      throw CommandError(.usage, "the weights leave no commit to average")
    }
    var specification = MergeSpecification(
      kind: .average, sides: [head], base: nil,
      method: MergeMethods.method(try MergeStrategy(parsing: "weighted")), ingredients: ingredients)
    specification.filesBase = head
    let isHeld = try repository.graph.isAncestor(tip, of: head)
    var landing = MergeLanding(
      repository, specification, names: ["HEAD"],
      message: message ?? "Average \(Format.count(ingredients.count, "commit")) of \(range) by \(way)",
      parents: [head] + (isHeld ? [] : [tip]))
    landing.verb = "average"
    landing.output = json.json ? .json : quiet.quiet ? .id : .text
    landing.gate = try gate.decision(repository)
    landing.isStrict = strict
    landing.dataFolder = dataFolder
    landing.refusesIdlePatterns = false
    landing.more = ["average": .string(way)]
    landing.paper = weights == nil ? scheme.paper : nil
    do {
      try landing.land()
    } catch let error as StoreError where error.code == .nothingToCommit {
      throw CommandError(.negative, "the average of \(range) is what is checked out already")
    }
  }

  /// As a commit records it.
  private var way: String {
    if let ema { return "ema \(ema)" + (debiased ? ", debiased" : "") }
    if let lastK { return "last-k \(lastK)" }
    if linear { return "linear" }
    return weights == nil ? "swa" : "weights"
  }

  /// Oldest first.
  private func commits(_ repository: Repository) throws -> [ObjectID<Commit>] {
    guard let ends = CommitRange(range) else {
      throw CommandError(.usage, "'\(range)' is no range of commits", hint: "wgit average main~20..main")
    }
    let start = try repository.resolve(ends.start)
    let end = try repository.resolve(ends.end)
    var commits: [ObjectID<Commit>] = []
    var next: ObjectID<Commit>? = end
    let graph = repository.graph
    while let id = next, id != start {
      commits.append(id)
      next = try graph.commit(id).parents.first
    }
    guard next != nil else {
      throw CommandError(
        .usage, "'\(ends.start)' does not lead to '\(ends.end)' along first parents",
        hint: "look at it: wgit log --graph --oneline")
    }
    guard !commits.isEmpty else { throw CommandError(.usage, "there is no commit in \(range)") }
    return commits.reversed()
  }

  /// How the commits are weighed, if no numbers were given.
  private var scheme: CheckpointAverage {
    if let ema { return .exponential(decay: ema, isDebiased: debiased) }
    if let lastK { return .latest(lastK) }
    return linear ? .linear : .uniform
  }

  private func shares(count: Int) throws -> [Double] {
    guard let weights else {
      let shares = try scheme.weights(count: count)
      // Equal shares are exact as ones: what they are divided by comes at the end.
      return Set(shares.filter { $0 != 0 }).count == 1 ? shares.map { $0 == 0 ? 0 : 1 } : shares
    }
    let numbers = weights.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    guard numbers.count == count, numbers.allSatisfy(\.isFinite) else {
      throw CommandError(.usage, "--weights needs \(Format.count(count, "number")), joined by commas")
    }
    return numbers
  }
}
