import Trainer
import WeightStore

/// Decides with the current branch's own certificates, not those that come with the ingredients, whether the branch may
/// move to a commit.
struct Gate {
  private let runner: CertificateRunner
  private let certificates: [CertificateFile]
  private let baseline: ObjectID<Commit>

  /// Finds what it needs before anything is merged.
  ///
  /// - Parameter baseline: the tip of the branch: it holds the certificates, and drops are compared with it.
  /// - Throws: `CommandError.usage` on a branch without commits, `.cannotTest` on one without certificates.
  init(_ repository: Repository, baseline: ObjectID<Commit>?, folder: DataFolder) throws {
    guard let baseline else {
      throw CommandError(
        .usage, "--gate needs the certificates of the current branch, which has no commit yet",
        hint: "merge without --gate, then test: wgit test")
    }
    self.baseline = baseline
    runner = CertificateRunner(repository, project: .commit(repository, baseline), folder: folder)
    do {
      certificates = try runner.certificates()
    } catch let error as CommandError where error.code == .cannotTest {
      throw CommandError(
        .cannotTest, "the branch has no certificate that could guard it",
        hint: "describe one in \(ProjectFiles.certificateFolder)/NAME.yaml; or go without: --no-gate")
    }
  }

  /// - Parameter tip: what the branch is called.
  /// - Throws: `CommandError.negative` if a certificate does not hold on `commit`.
  func check(
    _ commit: ObjectID<Commit>, shownAs name: String, from tip: String = "HEAD", isQuiet: Bool, verb: String = "merge"
  ) throws {
    let line = ProgressLine(isQuiet: isQuiet)
    runner.progress = { text in line.update(text) }
    let results = try certificates.flatMap { certificate in
      try runner.run(certificate, revision: name, commit: commit, comparison: .init(mergeTarget: baseline))
    }
    line.clear()
    try runner.recordResults()
    if !isQuiet { CertificateTable.print(results) }
    guard results.verdict != .holds else { return }
    let isFailure = results.verdict == .fails
    let names = Set(
      results.filter { isFailure ? $0.judgement.verdict == .fails : !$0.judgement.holds }.map(\.certificate.name))
    let count = Format.count(names.count, "certificate")
    throw CommandError(
      .negative,
      "the \(verb) is refused: \(count) \(names.count == 1 ? "does" : "do") not hold on it"
        + (isFailure ? "" : ", because the data cannot decide"),
      hint:
        "the branch was not moved; look at the candidate: wgit diff \(Terminal.escape(tip)) \(Terminal.escape(name))")
  }
}
