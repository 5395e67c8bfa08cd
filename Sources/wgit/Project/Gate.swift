import Trainer
import WeightStore

/// Decides with the current branch's own certificates, not those that come with the ingredients, whether the branch may
/// move to a commit.
struct Gate {
  private let runner: CertificateRunner
  private let certificates: [(certificate: Certificate, digest: Digest)]
  private let baseline: ObjectID<Commit>

  /// Finds what it needs before anything is merged.
  ///
  /// - Throws: `CommandError.usage` on a branch without commits, `.cannotTest` on one without certificates.
  init(_ repository: Repository, baseline: ObjectID<Commit>?, folder: DataFolder) throws {
    guard let baseline else {
      throw CommandError(
        .usage, "--gate needs the certificates of the current branch, which has no commit yet",
        hint: "merge without --gate, then test: wgit test")
    }
    self.baseline = baseline
    runner = CertificateRunner(repository, project: .commit(repository, baseline), folder: folder)
    certificates = try runner.certificates()
  }

  /// - Throws: `CommandError.negative` if a certificate does not hold on `commit`.
  func check(_ commit: ObjectID<Commit>, shownAs name: String, isQuiet: Bool) throws {
    let results = try certificates.map { certificate in
      try runner.run(certificate, revision: name, commit: commit, baseline: baseline)
    }
    try runner.recordResults()
    if !isQuiet { CertificateTable.print(results) }
    let failed = results.filter { !$0.verdict.holds }
    guard failed.isEmpty else {
      throw CommandError(
        .negative,
        "the merge is refused: \(Format.count(failed.count, "certificate")) "
          + "\(failed.count == 1 ? "does" : "do") not hold on it",
        hint: "the branch was not moved; look at the candidate: wgit diff HEAD \(Terminal.escape(name))")
    }
  }
}
