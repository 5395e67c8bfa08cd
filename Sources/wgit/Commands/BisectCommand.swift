import ArgumentParser
import Documents
import Trainer
import WeightStore

struct BisectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Find the commit that broke a certificate.",
    discussion: """
      Examples:
        wgit bisect run --good v1.0
      """,
    subcommands: [BisectRunCommand.self])
}

struct BisectRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Halve the commits between a good and a bad one until one is left.",
    usage: "wgit bisect run [<options>] --good <rev>",
    discussion: """
      Certificates are the oracle: a commit on which one fails is bad, one on which all hold is good, and one that cannot be \
      decided, or has no such model, is passed by. max-drop compares with the good revision. Nothing is checked out, and \
      what is known already is not evaluated again.

      Exit codes:
        0      the first bad commit was found
        1      the good one is not good, or the bad one not bad
        125    only commits are left that could not be tested

      Examples:
        wgit bisect run --good v1.0
        wgit bisect run --good main~20 --bad main -c held-out
      """)

  @Option(
    help: ArgumentHelp("A revision on which the certificates hold; may be repeated.", valueName: "rev"),
    completion: Completion.revision)
  var good: [String]

  @Option(help: ArgumentHelp("A revision on which one fails.", valueName: "rev"), completion: Completion.revision)
  var bad = "HEAD"

  @Option(name: [.short, .long], help: "Only this certificate; may be repeated.", completion: Completion.certificate)
  var certificate: [String] = []

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption

  func validate() throws {
    guard !good.isEmpty else { throw ValidationError("Which revision is good? --good REV") }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let goodCommits = try good.map(repository.resolve)
    let badCommit = try repository.resolve(bad)
    for (name, commit) in zip(good, goodCommits)
    where try commit == badCommit || !repository.graph.isAncestor(commit, of: badCommit) {
      throw CommandError(.usage, "'\(name)' is no ancestor of '\(bad)': there is nothing between them")
    }
    let oracle = try CertificateOracle(
      repository, names: certificate, baseline: goodCommits[0], folder: dataFolder.resolve(repository),
      isQuiet: output.json)
    try checkEnds(oracle, goodCommits, badCommit)
    var bisection = Bisection(repository.graph, good: goodCommits, bad: badCommit)
    var tested: [(ObjectID<Commit>, Bisection.Answer)] = []
    while case .test(let next) = try bisection.state() {
      let left = try bisection.candidates().count
      let answer = try oracle.ask(next)
      tested.append((next, answer))
      bisection.mark(next, answer)
      if !output.json { show(next, answer, left: left, try repository.graph.commit(next)) }
    }
    try oracle.recordResults()
    try report(bisection.state(), tested, repository)
  }

  private func checkEnds(
    _ oracle: CertificateOracle, _ goodCommits: [ObjectID<Commit>], _ badCommit: ObjectID<Commit>
  ) throws {
    guard try oracle.ask(badCommit) == .bad else {
      throw CommandError(.negative, "no certificate fails on '\(bad)'", hint: "see what they say: wgit test \(bad)")
    }
    for (name, commit) in zip(good, goodCommits) where try oracle.ask(commit) != .good {
      throw CommandError(.negative, "not all certificates hold on '\(name)'", hint: "name an earlier one: --good REV")
    }
  }

  private func show(_ id: ObjectID<Commit>, _ answer: Bisection.Answer, left: Int, _ commit: Commit) {
    let word =
      switch answer {
      case .good: "good"
      case .bad: "bad "
      case .untested: "?   "
      }
    Terminal.print("\(word)  \(id.short) \(Terminal.escape(commit.subject))  (of \(left) left)")
  }

  private func report(
    _ state: Bisection.State, _ tested: [(ObjectID<Commit>, Bisection.Answer)], _ repository: Repository
  ) throws {
    var found: ObjectID<Commit>?
    var left: [ObjectID<Commit>] = []
    switch state {
    case .found(let id): found = id
    case .undecided(let ids): left = ids
    case .test: break
    }
    if output.json {
      let names: [Bisection.Answer: String] = [.good: "good", .bad: "bad", .untested: "untested"]
      output.print([
        "firstBad": found.map { .string($0.hex) } ?? .null, "left": .array(left.map { .string($0.hex) }),
        "tested": .array(
          tested.map { ["commit": .string($0.0.hex), "answer": .string(names[$0.1] ?? "")] }),
      ])
    } else if let found {
      Terminal.print("\(found.hex) is the first bad commit")
      Terminal.print("")
      let lines = CommitView.lines(found, try repository.graph.commit(found), names: try CommitNames(repository))
      for line in lines { Terminal.print(line) }
    } else {
      Terminal.print("The first bad commit is one of these, which could not be tested:")
      for id in left { Terminal.print("  \(id.short) \(Terminal.escape(try repository.graph.commit(id).subject))") }
    }
    if found == nil { throw ExitCode(ExitStatus.cannotTest.rawValue) }
  }
}
