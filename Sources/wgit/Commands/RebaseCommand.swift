import ArgumentParser
import Documents
import WeightStore

struct RebaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebase",
    abstract: "Carry the commits of the current branch over to another one.",
    usage: "wgit rebase [<options>] <upstream>",
    discussion: """
      The changes of the commits that UPSTREAM lacks are carried over one after the other, as 'wgit cherry-pick' does: where \
      UPSTREAM has the tensor that a commit started from, the commit's is taken whole; where it has another one, the \
      commit's task vector is added. A commit whose change is there already is dropped.

      The branch moves when all are done, in one operation that 'wgit undo' takes back. If one of them conflicts, nothing \
      moves: decide with --resolve, where 'ours' is UPSTREAM with what was carried over so far and 'theirs' the commit.

      A branch that wgit.yaml protects moves only if its certificates hold on what comes out.

      Examples:
        wgit rebase main
        wgit rebase main --resolve 'config.json=ours'
      """)

  @Option(help: ArgumentHelp("Decide conflicts: 'lm_head.*=ours'; may be repeated.", valueName: "pattern=choice"))
  var resolve: [String] = []

  @OptionGroup var gate: GateOption
  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  @Argument(help: "The revision to stand on.", completion: Completion.revision)
  var upstream: String

  func validate() throws {
    if json.json && quiet.quiet { throw ValidationError("--json and --quiet exclude each other.") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    try MergeCommand.checkNothingIsUncommitted(repository)
    guard let head = try repository.headCommitID() else {
      throw StoreError(.unbornBranch, "there is no commit to carry over yet")
    }
    let target = try repository.resolve(upstream)
    let line = try CommitLine(from: target, to: head, in: repository.graph)
    if line.start == target { return report([], dropped: [], tip: head, "Already on top of \(target.short)") }
    let decision = try gate.decision(repository)
    let judge =
      decision == .gated ? try Gate(repository, baseline: head, folder: dataFolder.resolve(repository)) : nil
    if line.commits.isEmpty {
      try judge?.check(target, shownAs: target.short, isQuiet: output != .text, verb: "rebase")
      _ = try repository.fastForward(
        to: target, description: "rebase: fast-forward to \(upstream)\(decision.note)")
      return report([], dropped: [], tip: target, "Moved forward to \(target.short)")
    }
    if let merge = line.merge {
      throw CommandError(
        .usage, "\(merge.short) is a merge: its change is not that of one commit",
        hint: "merge instead: wgit merge \(Terminal.escape(upstream)); or pick the commits: wgit cherry-pick REV…")
    }
    var transplant = ChangeTransplant(
      repository: repository, direction: .add, output: output, mainline: nil,
      resolutions: try resolve.map(MergeMethods.resolution))
    transplant.gate = decision
    try carry(line, onto: target, replacing: head, transplant, judge)
  }

  private func carry(
    _ line: CommitLine, onto target: ObjectID<Commit>, replacing head: ObjectID<Commit>,
    _ transplant: ChangeTransplant, _ judge: Gate?
  ) throws {
    let repository = transplant.repository
    var tip = target
    var candidate: RefName?
    var carried: [(from: ObjectID<Commit>, to: ObjectID<Commit>)] = []
    var dropped: [ObjectID<Commit>] = []
    for id in line.commits {
      let subject = try repository.graph.commit(id).subject
      var landing = try transplant.landing(
        id, called: id.short, onto: tip, called: tip == target ? upstream : "\(upstream) and what was carried over")
      landing.verb = "rebase"
      landing.commit = "\(id.short) (\(subject))"
      do {
        let outcome = try landing.build()
        if output == .text { landing.print(outcome, "\(id.short) as \(outcome.id.short)  \(subject)") }
        carried.append((id, outcome.id))
        (tip, candidate) = (outcome.id, outcome.candidate)
      } catch let error as StoreError where error.code == .nothingToCommit {
        dropped.append(id)
        if output == .text {
          Terminal.print("\(id.short) dropped, its change is there already  \(Terminal.escape(subject))")
        }
      }
    }
    let shown = candidate.map(MergeView.name(of:)) ?? tip.short
    try judge?.check(tip, shownAs: shown, isQuiet: output != .text, verb: "rebase")
    _ = try repository.fastForward(
      to: tip, description: "rebase: onto \(upstream)\(transplant.gate.note)", replacing: head, removing: candidate)
    let name = try repository.head().branchName ?? "HEAD"
    report(carried, dropped: dropped, tip: tip, "\(name) stands on \(upstream), at \(tip.short)")
  }

  private var output: MergeOutput { json.json ? .json : quiet.quiet ? .id : .text }

  private func report(
    _ carried: [(from: ObjectID<Commit>, to: ObjectID<Commit>)], dropped: [ObjectID<Commit>], tip: ObjectID<Commit>,
    _ sentence: String
  ) {
    switch output {
    case .text: Terminal.print(Terminal.escape(sentence))
    case .id: Terminal.print(tip.hex)
    case .json:
      json.print([
        "commit": .string(tip.hex),
        "carried": .array(carried.map { ["from": .string($0.from.hex), "to": .string($0.to.hex)] }),
        "dropped": .array(dropped.map { .string($0.hex) }),
      ])
    }
  }
}
