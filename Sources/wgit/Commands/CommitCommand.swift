import ArgumentParser
import Documents
import WeightStore

struct CommitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit",
    abstract: "Record the stage as a commit.",
    usage: "wgit commit [<options>] --message <message>",
    discussion: """
      Examples:
        wgit commit -m "Tune head"
        wgit commit -a -m "Everything tracked, as it is now"

      On a branch that wgit.yaml protects the commit is made aside, and the branch moves only if its certificates hold on \
      it; else it stays at candidates/BRANCH, the stage as it was.

      The author is WGIT_AUTHOR_NAME and WGIT_AUTHOR_EMAIL, else 'wgit config author.name' and 'author.email', else what \
      git knows.
      """)

  @Option(name: [.short, .long], help: "The message; several make paragraphs.")
  var message: [String] = []

  @Flag(name: [.short, .long], help: "First stage every tracked file as it is now.")
  var all = false

  @Flag(help: "Make a commit even if nothing changed.")
  var allowEmpty = false

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard !message.joined().allSatisfy(\.isWhitespace) else {
      throw ValidationError("A commit needs a message: wgit commit -m \"What changed\".")
    }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let signature = try Identity.signature(Configuration.load(repository))
    // Before '--all' stages texts with conflict markers.
    try repository.checkNoMergeIsOpen()
    let decision = try gate.decision(repository)
    let judge = try judge(repository, decision)
    if all {
      let tracked = try repository.stage().keys.sorted()
      if !tracked.isEmpty { _ = try repository.add(tracked, progress: AddCommand.progress("storing")) }
    }
    let outcome: Repository.CommitOutcome
    do {
      outcome = try repository.commit(
        message: message.joined(separator: "\n\n"), author: signature, committer: signature, allowEmpty: allowEmpty,
        aside: judge != nil, details: decision.record, note: decision.note)
    } catch {
      guard error.code == .nothingToCommit else { throw error }
      throw try CommitCommand.nothingToCommit(repository)
    }
    if let judge, let branch = outcome.branch {
      try judge.check(outcome.id, shownAs: "candidates/\(branch)", isQuiet: quiet.quiet, verb: "commit")
      try repository.adopt(outcome.id, on: branch, description: "commit: \(outcome.commit.subject)")
    }
    if quiet.quiet {
      Terminal.print(outcome.id.hex)
    } else {
      CommitSummary.print(outcome)
    }
  }

  private func judge(_ repository: Repository, _ decision: GateDecision) throws -> Gate? {
    guard decision == .gated else { return nil }
    guard try repository.head().branchName != nil else {
      throw CommandError(.usage, "--gate guards a branch, and none is checked out")
    }
    return try Gate(repository, baseline: repository.headCommitID(), folder: dataFolder.resolve(repository))
  }

  /// Says what there is instead of something staged.
  private static func nothingToCommit(_ repository: Repository) throws -> CommandError {
    let status = try repository.status()
    if !status.unstaged.isEmpty {
      let count = Format.count(status.unstaged.count, "tracked file")
      return CommandError(
        .negative, "nothing is staged; \(count) changed",
        hint: "take every change of tracked files along: wgit commit -a -m \"…\"")
    }
    if !status.untracked.isEmpty {
      let count = Format.count(status.untracked.count, "file is", "files are")
      return CommandError(
        .negative, "nothing is staged; \(count) not tracked", hint: "stage files first: wgit add FILE…")
    }
    return CommandError(.negative, "nothing to commit, working folder clean")
  }
}
