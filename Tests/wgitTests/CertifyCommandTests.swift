import Foundation
import Testing

/// Signed statements: what is true is verified, what is forged is rejected.
struct CertifyCommandTests {
  static let isSigningPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")

  /// A project with two commits, a statement of the second, a key that the user trusts and one that nobody does.
  private struct Scene {
    let project: BlockProject
    var runner: CommandRunner { project.runner }
    private(set) var statement: [String: Any] = [:]

    init() throws {
      project = try BlockProject(minimum: 0.6)
      try project.finetune("main", "blocks", branch: "good", seed: 1)
      for name in ["key", "stranger"] {
        let made = try keygen(["-q", "-t", "ed25519", "-N", "", "-f", path(name), "-C", name])
        #expect(made.status == 0)
      }
      let key = try String(contentsOfFile: path("key.pub"), encoding: .utf8)
      try Data("ada@example.org \(key)".utf8).write(to: URL(fileURLWithPath: path("signers")))
      #expect(try runner.wgit("config", "--global", "signing.signers", path("signers")).status == 0)
      let signed = try runner.wgit("certify", "good", "--key", path("key"), "-o", path("statement"))
      #expect(signed.status == 0, "\(signed.standardError)")
      #expect(signed.standardError.hasPrefix("Signed: held-out of "))
      statement = try read()
    }

    func path(_ name: String) -> String { runner.folder.appendingPathComponent(name).path }

    func keygen(_ arguments: [String]) throws -> CommandRunner.Output {
      try runner.run(URL(fileURLWithPath: "/usr/bin/ssh-keygen"), arguments)
    }

    private func read() throws -> [String: Any] {
      let data = try Data(contentsOf: URL(fileURLWithPath: path("statement")))
      return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    func payload() throws -> String {
      let data = try #require(Data(base64Encoded: statement["payload"] as? String ?? ""))
      return String(decoding: data, as: UTF8.self)
    }

    /// What `wgit test --verify` says of an envelope.
    func verify(_ envelope: [String: Any], revision: String = "good") throws -> CommandRunner.Output {
      try JSONSerialization.data(withJSONObject: envelope).write(to: URL(fileURLWithPath: path("forged")))
      return try runner.wgit("test", "--verify", revision, "--statement", path("forged"))
    }

    /// The envelope with another payload, signed anew by somebody; the signature is made as a third party would, by hand.
    func signed(_ payload: String, key: String = "key", namespace: String = "wgit-certificate") throws -> [String: Any]
    {
      let type = "application/vnd.in-toto+json"
      let message = "DSSEv1 \(type.utf8.count) \(type) \(payload.utf8.count) \(payload)"
      let file = URL(fileURLWithPath: path("message"))
      try Data(message.utf8).write(to: file)
      try? FileManager.default.removeItem(atPath: path("message.sig"))
      let made = try keygen(["-q", "-Y", "sign", "-f", path(key), "-n", namespace, file.path])
      #expect(made.status == 0, "\(made.standardError)")
      let signature = try Data(contentsOf: URL(fileURLWithPath: path("message.sig")))
      return [
        "payload": Data(payload.utf8).base64EncodedString(), "payloadType": type,
        "signatures": [["keyid": "", "sig": signature.base64EncodedString()]],
      ]
    }
  }

  @Test(.enabled(if: isSigningPossible, "there is no ssh-keygen")) func whatWasSignedIsVerified() throws {
    let scene = try Scene()
    let kept = try scene.runner.wgit("test", "--verify", "good")
    #expect(kept.status == 0, "\(kept.standardError)")
    #expect(kept.standardOutput.contains("verified, signed by ada@example.org"))
    #expect(try scene.verify(scene.statement).status == 0)
    // A signature made by ssh-keygen alone, of bytes put together by the specification of DSSE.
    #expect(try scene.verify(scene.signed(scene.payload())).status == 0)
    let payload = try scene.payload()
    #expect(payload.contains("\"_type\":\"https://in-toto.io/Statement/v1\""))
    #expect(payload.contains("model.safetensors#classifier.weight"))
  }

  /// A lie, the place of it, and what is said of it. Each is told twice: into a statement that stays as it was signed, and into
  /// one that is signed anew by a key that is trusted, as a contributor might who signs what was never computed.
  private static let lies: [(find: String, replace: String, answer: String)] = [
    ("\"name\":\"accuracy\"", "\"name\":\"top-2\"", "it speaks of another metric"),
    ("\"dataSet\":\"", "\"dataSet\":\"00", "it speaks of another data set"),
    ("\"evaluator\":\"wgit-trainer", "\"evaluator\":\"wgit-trainer 9", "it speaks of another evaluator"),
    ("\"name\":\"model.safetensors\"", "\"name\":\"other.safetensors\"", "it speaks of other weights"),
    ("\"values\":{\"accuracy\":", "\"values\":{\"accuracy\":-", "it claims other values than are computed"),
    ("\"outcomeDigest\":\"", "\"outcomeDigest\":\"00", "it claims other values than are computed"),
    ("\"minimum\":0.6", "\"minimum\":0.1", "it speaks of other thresholds"),
  ]

  @Test(.enabled(if: isSigningPossible, "there is no ssh-keygen")) func metricModelDataAndEvaluatorCannotBeForged()
    throws
  {
    let scene = try Scene()
    let truth = try scene.payload()
    for lie in Self.lies {
      let place = try #require(truth.range(of: lie.find), "\(lie.find) in \(truth)")
      let payload = truth.replacingCharacters(in: place, with: lie.replace)
      var changed = scene.statement
      changed["payload"] = Data(payload.utf8).base64EncodedString()
      let tampered = try scene.verify(changed)
      #expect(tampered.status == 1)
      #expect(tampered.standardOutput.contains("REJECTED: it is not signed by anybody you trust, or was changed"))
      let resigned = try scene.verify(scene.signed(payload))
      #expect(resigned.status == 1)
      #expect(resigned.standardOutput.contains("REJECTED: \(lie.answer)"), "\(lie): \(resigned.standardOutput)")
    }
  }

  @Test(.enabled(if: isSigningPossible, "there is no ssh-keygen")) func replayStrippingAndStrangersAreRejected() throws
  {
    let scene = try Scene()
    let replayed = try scene.verify(scene.statement, revision: "main")
    #expect(replayed.status == 1)
    #expect(replayed.standardOutput.contains("REJECTED: it speaks of another commit"))

    var stripped = scene.statement
    stripped["signatures"] = [] as [Any]
    let unsigned = try scene.verify(stripped)
    #expect(unsigned.status == 1)
    #expect(unsigned.standardOutput.contains("REJECTED: it is not signed"))

    for (key, namespace) in [("stranger", "wgit-certificate"), ("key", "git")] {
      let foreign = try scene.verify(scene.signed(scene.payload(), key: key, namespace: namespace))
      #expect(foreign.status == 1, "\(key), \(namespace)")
      #expect(foreign.standardOutput.contains("REJECTED: it is not signed by anybody you trust"))
    }
    #expect(try scene.verify(["payload": "?"]).standardOutput.contains("REJECTED: the signed statement is not a DSSE"))
    let missing = try scene.runner.wgit("test", "--verify", "main")
    #expect(missing.status == 1)
    #expect(missing.standardOutput.contains("REJECTED: no signed statement is kept"))
  }

  /// What really changed, with the statement as it was signed.
  @Test(.enabled(if: isSigningPossible, "there is no ssh-keygen")) func aStatementDoesNotOutliveItsSubject() throws {
    let scene = try Scene()
    let runner = scene.runner
    try runner.write(BlockProject.certificate(minimum: 0.5, maximumDrop: nil), to: "certificates/held-out.yaml")
    let eased = try runner.wgit("test", "--verify", "good")
    #expect(eased.status == 1)
    #expect(eased.standardOutput.contains("REJECTED: it speaks of other thresholds"))
    try runner.write(BlockProject.certificate(minimum: 0.6, maximumDrop: nil), to: "certificates/held-out.yaml")
    #expect(try runner.wgit("test", "--verify", "good").status == 0)
    let images = runner.data.appendingPathComponent("blocks-images")
    var bytes = try Data(contentsOf: images)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: images)
    let other = try runner.wgit("test", "--verify", "good")
    #expect(other.status == 1)
    #expect(other.standardOutput.contains("REJECTED: it speaks of another data set"))
  }

  @Test func trustComesFromTheUserAlone() throws {
    let project = try BlockProject(minimum: 0)
    let refused = try project.runner.wgit("config", "signing.signers", "signers")
    #expect(refused.status == 64)
    // Somebody else's repository may say what it likes.
    try project.runner.write("signing.signers: \"signers\"\n", to: ".wgit/config.yaml")
    let output = try project.runner.wgit("test", "--verify")
    #expect(output.status == 77)
    #expect(output.standardError.contains("you have not said whose signatures count"))
  }

  @Test func nothingIsSignedThatDoesNotHold() throws {
    let project = try BlockProject(minimum: 1)
    #expect(try project.runner.wgit("certify", "--key", "none").status == 1)
    #expect(try project.runner.wgit("certify").status == 64)
  }
}
