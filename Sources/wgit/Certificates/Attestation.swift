import Documents
import Trainer
import WeightStore

/// Makes signed statements of results, and checks them against what is computed anew.
struct Attestation {
  let repository: Repository

  /// The setting with the file of keys whose statements count (ssh's ALLOWED SIGNERS format). Only the user's own is read.
  static let signersSetting = "signing.signers"
  static let keySetting = "signing.key"

  func sign(_ evaluation: EvaluatedCertificate, of file: CertificateFile, key: String) throws -> DSSEEnvelope {
    let payload = try CertificateStatement(evaluation, of: file, in: repository).bytes
    let type = DSSEEnvelope.inTotoType
    let signature = try SSHSigner().sign(
      DSSEEnvelope.preAuthenticationEncoding(type: type, payload: payload), key: key)
    return DSSEEnvelope(payloadType: type, payload: payload, signatures: [signature])
  }

  enum Answer: Equatable {
    case verified(signer: String)
    case rejected(String)
  }

  /// Whom the user trusts.
  ///
  /// - Throws: `CommandError.permission` if nobody was named.
  static func allowedSigners() throws -> String {
    guard let path = try Configuration.userOnly().user[signersSetting] else {
      throw CommandError(
        .permission, "you have not said whose signatures count",
        hint: "wgit config --global \(signersSetting) FILE; each line of it: NAME ssh-ed25519 AAAA…")
    }
    let expanded = path.hasPrefix("~/") ? (Environment.variable("HOME") ?? "~") + path.dropFirst() : path
    _ = try OpenFile.open(expanded, flags: 0)
    return expanded
  }

  /// - Parameter evaluation: computed anew by this wgit from this repository, the certificate and the data of this machine.
  func check(
    _ text: String, of file: CertificateFile, evaluation: EvaluatedCertificate, allowedSigners: String
  ) throws -> Answer {
    let envelope: DSSEEnvelope
    let statement: CertificateStatement
    do {
      envelope = try DSSEEnvelope(text)
      guard !envelope.signatures.isEmpty else { return .rejected("it is not signed") }
      guard envelope.payloadType == DSSEEnvelope.inTotoType else {
        return .rejected("what is signed is not an in-toto statement")
      }
      statement = try CertificateStatement(envelope.payload)
    } catch let error as CommandError where error.code == .invalidData {
      return .rejected(error.message)
    }
    let signer = try SSHSigner()
    let names = try envelope.signatures.compactMap {
      try signer.signer(of: envelope.signedBytes, $0.bytes, allowedSigners: allowedSigners)
    }
    guard let name = names.first else {
      return .rejected("it is not signed by anybody you trust, or was changed after it was signed")
    }
    if let reason = try difference(statement, file, evaluation) { return .rejected(reason) }
    return .verified(signer: name)
  }

  /// What the statement claims that is not so.
  private func difference(
    _ claimed: CertificateStatement, _ file: CertificateFile, _ evaluation: EvaluatedCertificate
  ) throws -> String? {
    // Written and read as the claim was: 0 and 0.0 are one number then.
    let actual = try CertificateStatement(CertificateStatement(evaluation, of: file, in: repository).bytes)
    if let reason = Self.difference(claimed.subjects, actual.subjects) { return reason }
    let (mine, theirs) = (actual.predicate, claimed.predicate)
    for (key, what) in [
      ("certificate", "another certificate"), ("metric", "another metric"), ("dataSet", "another data set"),
      ("evaluator", "another evaluator"), ("seed", "another seed"), ("thresholds", "other thresholds"),
      ("certificateDigest", "another version of the certificate"),
    ] where mine[key] != theirs[key] {
      return "it speaks of \(what)"
    }
    return Self.difference(results: theirs["results"], of: theirs["environment"], mine)
  }

  private static func difference(
    _ claimed: [CertificateStatement.Subject], _ actual: [CertificateStatement.Subject]
  ) -> String? {
    let commit = { (subjects: [CertificateStatement.Subject]) in
      subjects.first { $0.name == CertificateStatement.commitName }?.sha256
    }
    if commit(claimed) != commit(actual) { return "it speaks of another commit" }
    if claimed != actual { return "it speaks of other weights" }
    return nil
  }

  /// Values may differ in the last digits where other processors multiply in another order; not by more.
  private static let tolerance = 1e-3

  private static func difference(results: JSONValue?, of environment: JSONValue?, _ mine: JSONValue) -> String? {
    let own = mine["results"]
    if results?["exampleCount"] != own?["exampleCount"] { return "it claims another number of examples" }
    if results?["outcomeDigest"] == own?["outcomeDigest"], results?["values"] == own?["values"] { return nil }
    let isElsewhere = environment?["blasCore"] != mine["environment"]?["blasCore"]
    let claimed = results?["values"]?.objectValue?.members ?? []
    let actual = own?["values"]?.objectValue?.members ?? []
    let isClose =
      claimed.map(\.key) == actual.map(\.key)
      && zip(claimed, actual).allSatisfy { claim, value in
        guard let claim = claim.value.numberValue, let value = value.value.numberValue else { return false }
        return abs(claim - value) <= tolerance * max(1, abs(value))
      }
    return isElsewhere && isClose ? nil : "it claims other values than are computed"
  }
}
