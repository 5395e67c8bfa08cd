import Documents
import WeightStore

/// `wgit test --verify`: computes results anew and compares them with what was signed.
struct VerificationRun {
  struct Row {
    let certificate: String
    let revision: String
    let commit: ObjectID<Commit>
    let answer: Attestation.Answer
  }

  let repository: Repository
  let runner: CertificateRunner
  /// The text of a statement to check instead of those kept with results.
  let statement: String?

  func run(_ files: [CertificateFile], revisions: [String]) throws -> [Row] {
    let signers = try Attestation.allowedSigners()
    runner.ignoresKnownResults = true
    var rows: [Row] = []
    for file in files {
      for revision in revisions {
        let commit = try repository.resolve(revision)
        let answer = try answer(file, commit, signers)
        rows.append(Row(certificate: file.certificate.name, revision: revision, commit: commit, answer: answer))
      }
    }
    return rows
  }

  private func answer(
    _ file: CertificateFile, _ commit: ObjectID<Commit>, _ signers: String
  ) throws -> Attestation.Answer {
    guard let text = try statement ?? kept(file, commit) else {
      return .rejected("no signed statement is kept with \(commit.short)")
    }
    return try Attestation(repository: repository).check(
      text, of: file, evaluation: runner.evaluate(file, commit), allowedSigners: signers)
  }

  /// By name: a certificate or data that changed since are for the comparison to find.
  private func kept(_ file: CertificateFile, _ commit: ObjectID<Commit>) throws -> String? {
    let signed = try repository.certificateResults(of: commit).filter {
      $0.name == file.certificate.name && $0.details?.attestation != nil
    }
    return (signed.first { $0.certificate == file.digest } ?? signed.first)?.details?.attestation
  }

  static func print(_ rows: [Row]) {
    var table = TextTable(["certificate", "revision", "statement"], [.left, .left, .left])
    for row in rows {
      let text =
        switch row.answer {
        case .verified(let signer): "verified, signed by \(signer)"
        case .rejected(let reason): "REJECTED: \(reason)"
        }
      table.add([row.certificate, row.revision, text].map(Terminal.escape))
    }
    table.print()
  }

  static func json(_ rows: [Row]) -> JSONValue {
    .array(
      rows.map { row in
        var (signer, reason): (JSONValue, JSONValue) = (.null, .null)
        switch row.answer {
        case .verified(let name): signer = .string(name)
        case .rejected(let text): reason = .string(text)
        }
        return [
          "certificate": .string(row.certificate), "revision": .string(row.revision),
          "commit": .string(row.commit.hex), "verified": .bool(reason == .null), "signer": signer, "reason": reason,
        ]
      })
  }
}
