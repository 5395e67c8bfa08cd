import ArgumentParser
import WeightStore

struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify",
    abstract: "Sign what certificates say of a revision.",
    usage: "wgit certify [<options>] [<revision>]",
    discussion: """
      Evaluates the certificates and signs an in-toto statement of each that holds, with ssh-keygen: the commit and the digests of \
      its tensors, the data set, the metric, the evaluator, the thresholds and the values. The statement is a DSSE envelope; \
      it is kept with the result, and --output writes it to a file too. 'wgit test --verify' computes everything anew and \
      compares.

      Examples:
        wgit certify release --key ~/.ssh/id_ed25519
        wgit config --global signing.key ~/.ssh/id_ed25519.pub     (a key that ssh-agent holds)
        wgit certify release -c held-out --output held-out.intoto.json
      """)

  @Option(name: [.short, .long], help: "Only this certificate; may be repeated.", completion: Completion.certificate)
  var certificate: [String] = []

  @Option(
    help: ArgumentHelp("The revision that max-drop compares with.", valueName: "rev"), completion: Completion.revision)
  var against: String?

  @Option(
    help: ArgumentHelp(
      "The private key, or the public key of one in ssh-agent. Default: the setting signing.key.", valueName: "file"),
    completion: .file())
  var key: String?

  @Option(
    name: [.short, .long], help: ArgumentHelp("Also write the statement to a file.", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup var dataFolder: DataFolderOption
  @OptionGroup var quiet: SilentOption

  @Argument(help: "The revision.", completion: Completion.revision)
  var revision = "HEAD"

  func run() throws {
    let repository = try Environment.openRepository()
    guard let key = try key ?? Configuration.userOnly().user[Attestation.keySetting] else {
      throw CommandError(
        .usage, "there is no key to sign with", hint: "name one: wgit certify --key ~/.ssh/id_ed25519 …")
    }
    let runner = CertificateRunner(
      repository, project: .workingFolder(repository), folder: try dataFolder.resolve(repository))
    let files = try runner.certificates(named: certificate)
    guard output == nil || files.count == 1 else {
      throw CommandError(.usage, "--output takes one statement; there are \(files.count)", hint: "choose one: -c NAME")
    }
    let commit = try repository.resolve(revision)
    let progress = ProgressLine(isQuiet: quiet.quiet)
    runner.progress = { text in progress.update(text) }
    let comparison = CertificateRunner.Comparison(against: try against.map(repository.resolve))
    for file in files {
      let outcomes = try runner.run(file, revision: revision, commit: commit, comparison: comparison)
      progress.clear()
      guard outcomes.verdict == .holds else {
        CertificateTable.print(outcomes)
        throw CommandError(.negative, "certificate '\(file.certificate.name)' does not hold: nothing was signed")
      }
      let envelope = try Attestation(repository: repository).sign(runner.evaluate(file, commit), of: file, key: key)
      let text = envelope.json.prettyString() + "\n"
      try runner.attach(text, to: file, commit)
      if let output { try ReportFile.write(text, to: output) }
      quiet.message(
        "Signed: \(Terminal.escape(file.certificate.name)) of \(commit.short) by \(envelope.signatures[0].keyID)")
    }
    try runner.recordResults()
  }
}
