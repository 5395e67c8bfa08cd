import ArgumentParser
import Merging
import WeightStore

/// Carries the change of one commit to what is checked out: its task vector is added, or taken back.
///
/// Tensors that only the commit changed are taken whole; where ours differs too, θ = ours + (after − before), in F64 and
/// rounded once.
struct ChangeTransplant {
  enum Direction {
    case add
    case takeBack
  }

  let repository: Repository
  let direction: Direction
  let output: MergeOutput
  /// Which parent a merge commit is compared with, from 1.
  let mainline: Int?
  let resolutions: [MergeSpecification.Resolution]
  var gate = GateDecision.open
  var dataFolder = DataFolderOption()

  /// Carries one commit's change to the current branch.
  func run(_ id: ObjectID<Commit>, called revision: String, message: String?) throws {
    guard let head = try repository.headCommitID() else {
      throw StoreError(.unbornBranch, "there is no commit to change yet")
    }
    let landing = try landing(id, called: revision, onto: head, called: "HEAD", message: message)
    do {
      try landing.land()
    } catch let error as StoreError where error.code == .nothingToCommit {
      throw CommandError(
        .negative, "'\(revision)' changes nothing here", hint: "its change is there already, or undone")
    }
  }

  /// What makes a child of `tip` from the change of commit `id`.
  func landing(
    _ id: ObjectID<Commit>, called name: String, onto tip: ObjectID<Commit>, called tipName: String,
    message: String? = nil
  ) throws -> MergeLanding {
    let commit = try repository.graph.commit(id)
    let parent = try parent(of: commit, name)
    let (base, other) = direction == .add ? (parent, id) : (id, parent)
    var specification = MergeSpecification(
      kind: direction == .add ? .cherryPick : .revert, sides: [tip, other], base: base)
    let vector = MergeMethods.method(try MergeStrategy(parsing: "task-arithmetic"))
    specification.resolutions = resolutions + [.init(pattern: "*", choice: .compute(vector))]
    var landing = MergeLanding(
      repository, specification, names: [tipName, name], message: message ?? self.message(commit, id), parents: [tip])
    landing.verb = direction == .add ? "cherry-pick" : "revert"
    landing.output = output
    landing.gate = gate
    landing.dataFolder = dataFolder
    landing.refusesIdlePatterns = false
    landing.author = direction == .add ? commit.author : nil
    return landing
  }

  private func message(_ commit: Commit, _ id: ObjectID<Commit>) -> String {
    direction == .add ? commit.message : "Revert \"\(commit.subject)\"\n\nThis takes back commit \(id.hex)."
  }

  private func parent(of commit: Commit, _ revision: String) throws -> ObjectID<Commit> {
    let count = commit.parents.count
    guard count > 0 else {
      throw CommandError(.usage, "'\(revision)' is the first commit: it has no change to carry over")
    }
    guard count == 1 || mainline != nil else {
      throw CommandError(
        .usage, "'\(revision)' is a merge of \(count): against which parent is its change?",
        hint: "--mainline 1 for the branch that it was merged into")
    }
    let number = mainline ?? 1
    guard (1...count).contains(number) else {
      throw CommandError(.usage, "'\(revision)' has \(count == 1 ? "one parent" : "\(count) parents"), not \(number)")
    }
    return commit.parents[number - 1]
  }
}

/// What cherry-pick and revert can be told.
struct ChangeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("For a merge: the parent that it is compared with, from 1.", valueName: "number"))
  var mainline: Int?

  @Option(help: ArgumentHelp("Decide conflicts: 'lm_head.*=ours'; may be repeated.", valueName: "pattern=choice"))
  var resolve: [String] = []

  @Option(name: [.short, .long], help: "The message of the commit.")
  var message: String?

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    if let message, message.allSatisfy(\.isWhitespace) { throw ValidationError("The message is empty.") }
    if json.json && quiet.quiet { throw ValidationError("--json and --quiet exclude each other.") }
  }

  func run(_ revisions: [String], _ direction: ChangeTransplant.Direction) throws {
    let repository = try Environment.openRepository()
    try MergeCommand.checkNothingIsUncommitted(repository)
    var transplant = ChangeTransplant(
      repository: repository, direction: direction, output: json.json ? .json : quiet.quiet ? .id : .text,
      mainline: mainline, resolutions: try resolve.map(MergeMethods.resolution))
    transplant.gate = try gate.decision(repository)
    transplant.dataFolder = dataFolder
    // A name that moves with the branch means what it meant when it was typed.
    let commits = try revisions.map { ($0, try repository.resolve($0)) }
    for (revision, commit) in commits { try transplant.run(commit, called: revision, message: message) }
  }
}
