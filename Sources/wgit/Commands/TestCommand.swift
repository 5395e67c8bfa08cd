import ArgumentParser
import Documents
import WeightStore

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Evaluate certificates: held-out data sets with thresholds.",
    usage: "wgit test [<options>] [<revisions> ...]",
    discussion: """
      A certificate is a file certificates/NAME.yaml:

        certificate: held-out-75
        data: data/rotated.yaml
        domains: [75]
        rows: {from: 0, per-domain: 2000}
        metric: accuracy          # or worst-domain-accuracy
        minimum: 0.6
        max-drop: 0.01            # compared with --against REV

      Results are kept: the same commit, certificate and data are evaluated once.

      Exit codes:
        0      all certificates hold on all revisions
        1      one fails
        66     a data file is missing
        125    nothing could be tested: there is no certificate, or all of
               them only say max-drop and there is no --against

      Examples:
        wgit test
        wgit test release target/a target/b --against main
        wgit test --markdown summary.md
      """)

  @Option(help: ArgumentHelp("The revision that max-drop compares with.", valueName: "rev"))
  var against: String?

  @Option(name: [.short, .long], help: "Only this certificate; may be repeated.")
  var certificate: [String] = []

  @Option(help: ArgumentHelp("Also write the table as Markdown.", valueName: "file"))
  var markdown: String?

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption

  @Argument(help: "Revisions; HEAD if none is given.")
  var revisions: [String] = []

  func run() throws {
    let repository = try Environment.openRepository()
    let runner = CertificateRunner(
      repository, project: .workingFolder(repository), folder: try dataFolder.resolve(repository))
    let baseline = try against.map(repository.resolve)
    let certificates = try runner.certificates(named: certificate)
    let progress = ProgressLine(isQuiet: output.json)
    var outcomes: [CertificateRunner.Outcome] = []
    for item in certificates {
      for revision in revisions.isEmpty ? ["HEAD"] : revisions {
        progress.update("testing \(item.certificate.name) on \(revision)")
        outcomes.append(
          try runner.run(item, revision: revision, commit: repository.resolve(revision), baseline: baseline))
      }
    }
    progress.clear()
    try runner.recordResults()
    try report(outcomes)
  }

  private func report(_ outcomes: [CertificateRunner.Outcome]) throws {
    if let markdown {
      try AtomicFile.write(
        Array(CertificateTable.markdown(outcomes).utf8), to: markdown, temporaryFolder: Folder.parent(of: markdown))
    }
    let failed = outcomes.filter { !$0.verdict.failures.isEmpty }
    if output.json {
      output.print(["holds": .bool(failed.isEmpty), "results": .array(outcomes.map(CertificateTable.json))])
    } else {
      CertificateTable.print(outcomes)
    }
    let undecided = outcomes.filter(\.verdict.isUndecided)
    if !undecided.isEmpty {
      Terminal.message("hint: to decide on max-drop say what to compare with: wgit test --against REV")
    }
    if undecided.count == outcomes.count { throw ExitCode(ExitStatus.cannotTest.rawValue) }
    if !failed.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
  }
}
