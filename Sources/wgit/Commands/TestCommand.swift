import ArgumentParser
import Documents
import WeightStore

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Evaluate certificates: held-out data sets with thresholds.",
    usage: "wgit test [<options>] [<revisions> ...]",
    discussion: """
      A certificate is a file certificates/NAME.yaml; docs/certificates.md lists all that it may say:

        certificate: held-out-75
        data: data/rotated.yaml
        domains: [75]
        rows: {from: 0, per-domain: 2000}
        metric: accuracy          # or worst-domain-accuracy, log-loss, macro-f1, …
        role: test                # or validation: models may be chosen by it
        minimum: 0.6
        max-drop: 0.01            # compared with --against REV
        max-relative-drop: 0.05

      Values come with a 95 % interval, changes with the p of a paired test. A threshold that is missed fails only if the \
      data show it; else the certificate is undecided, and the table says how many examples would decide. With \
      'strict: true' plain values decide.

      Results are kept: the same commit, certificate and data are evaluated once.

      Exit codes:
        0      all certificates hold on all revisions
        1      one fails
        65     a data file is malformed, or does not fit the network
        66     a data file is missing
        125    none fails, but one is undecided; or nothing could be
               tested: there is no certificate, or all of them only say
               max-drop and there is no --against

      Examples:
        wgit test
        wgit test release target/a target/b --against main
        wgit test contribution --from main --against main
        wgit test --verify release
        wgit test --markdown "$GITHUB_STEP_SUMMARY" --junit certificates.xml
      """)

  @Option(
    help: ArgumentHelp("The revision that max-drop compares with.", valueName: "rev"), completion: Completion.revision)
  var against: String?

  @Option(name: [.short, .long], help: "Only this certificate; may be repeated.", completion: Completion.certificate)
  var certificate: [String] = []

  @Option(
    help: ArgumentHelp(
      "Take certificates and descriptions of data from this revision, not from the working folder.", valueName: "rev"),
    completion: Completion.revision)
  var from: String?

  @Option(help: ArgumentHelp("Also write the table as Markdown.", valueName: "file"))
  var markdown: String?

  @Option(help: ArgumentHelp("Also write the results as JUnit's XML.", valueName: "file"))
  var junit: String?

  @Flag(help: "Compute everything anew and compare it with what 'wgit certify' signed.")
  var verify = false

  @Option(help: ArgumentHelp("The signed statement to verify, instead of those kept here.", valueName: "file"))
  var statement: String?

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var output: JSONOption

  @Argument(help: "Revisions; HEAD if none is given.", completion: Completion.revision)
  var revisions: [String] = []

  func validate() throws {
    if statement != nil, !verify { throw ValidationError("--statement goes with --verify.") }
    if verify, against != nil || markdown != nil || junit != nil {
      throw ValidationError("--verify judges nothing: it goes with neither --against, --markdown nor --junit.")
    }
  }

  func run() throws {
    let repository = try Environment.openRepository()
    let project = try from.map { ProjectFiles.commit(repository, try repository.resolve($0)) }
    let runner = CertificateRunner(
      repository, project: project ?? .workingFolder(repository), folder: try dataFolder.resolve(repository))
    let baseline = try against.map(repository.resolve)
    let certificates = try runner.certificates(named: certificate)
    let progress = ProgressLine(isQuiet: output.json)
    runner.progress = { text in progress.update(text) }
    if verify { return try verify(repository, runner, certificates, progress) }
    var outcomes: [CertificateOutcome] = []
    for item in certificates {
      for revision in revisions.isEmpty ? ["HEAD"] : revisions {
        outcomes += try runner.run(
          item, revision: revision, commit: repository.resolve(revision), comparison: .init(against: baseline))
      }
    }
    progress.clear()
    try runner.recordResults()
    try report(outcomes)
  }

  private func verify(
    _ repository: Repository, _ runner: CertificateRunner, _ certificates: [CertificateFile], _ progress: ProgressLine
  ) throws {
    let text = try statement.map { path in
      let file = try OpenFile.openRegular(path)
      return String(decoding: try file.read(at: 0, count: min(file.byteCount(), 64 << 20)), as: UTF8.self)
    }
    let rows = try VerificationRun(repository: repository, runner: runner, statement: text)
      .run(certificates, revisions: revisions.isEmpty ? ["HEAD"] : revisions)
    progress.clear()
    let isVerified = rows.allSatisfy { if case .verified = $0.answer { true } else { false } }
    if output.json {
      output.print(["verified": .bool(isVerified), "results": VerificationRun.json(rows)])
    } else {
      VerificationRun.print(rows)
    }
    if !isVerified { throw ExitCode(ExitStatus.negative.rawValue) }
  }

  private func report(_ outcomes: [CertificateOutcome]) throws {
    if let markdown { try ReportFile.write(CertificateTable.markdown(outcomes), to: markdown) }
    if let junit { try ReportFile.write(CertificateReports.junit(outcomes), to: junit) }
    let verdict = outcomes.verdict
    if output.json {
      output.print([
        "holds": .bool(verdict == .holds), "verdict": .string(verdict.rawValue),
        "results": .array(outcomes.map(CertificateTable.json)),
      ])
    } else {
      CertificateTable.print(outcomes)
    }
    CertificateReports.annotate(outcomes)
    if outcomes.contains(where: { $0.judgement.lacksBaseline && $0.judgement.violations.isEmpty }) {
      Terminal.message("hint: to decide on max-drop say what to compare with: wgit test --against REV")
    }
    switch verdict {
    case .holds: return
    case .fails: throw ExitCode(ExitStatus.negative.rawValue)
    case .undecided: throw ExitCode(ExitStatus.cannotTest.rawValue)
    }
  }
}
