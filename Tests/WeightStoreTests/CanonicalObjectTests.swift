import Documents
import Foundation
import Tensors
import Testing
import WeightStore

/// Objects and their ids against `Golden/objects.json`, which Python computed.
struct CanonicalObjectTests {
  struct Answer: Decodable {
    let canonical: String
    let sha256: String
  }

  static let answers: [String: Answer] = {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/objects.json")
    return (try? JSONDecoder().decode([String: Answer].self, from: Data(contentsOf: url))) ?? [:]
  }()

  private func check<Object: CanonicalObject & Equatable>(_ object: Object) throws {
    let answer = try #require(CanonicalObjectTests.answers[Object.kind.name])
    #expect(String(decoding: object.canonicalBytes, as: UTF8.self) == answer.canonical)
    #expect(object.id.hex == answer.sha256)
    let decoded = try Object(canonicalBytes: object.canonicalBytes)
    #expect(decoded.canonicalBytes == object.canonicalBytes)
    try checkStrictness(of: Object.self, Array(answer.canonical.utf8))
  }

  private func checkStrictness<Object: CanonicalObject>(of type: Object.Type, _ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    func parse(_ text: String) throws { _ = try Object(canonicalBytes: Array(text.utf8)) }
    expectError(.malformedObject) { try parse(String(text.dropLast()) + ",\"zzz\":1}") }
    expectError(.malformedObject) { try parse(" " + text) }
    expectError(.malformedObject) { try parse(String(text.dropLast())) }
    expectError(.malformedObject) { try parse(text.replacing("\"type\":\"", with: "\"type\":\"x")) }
    expectError(.unsupportedFormat) { try parse(text.replacing("\"version\":1}", with: "\"version\":7}")) }
    var random = DeterministicRandom(seed: 3)
    for _ in 0..<1500 {
      var mutant = bytes
      mutant[Int.random(in: 0..<bytes.count, using: &random)] =
        Array("0 \"{}[]:,-9eaz\\".utf8).randomElement(using: &random) ?? 0
      // A mutant that is accepted must be another object, with another id.
      guard let object = try? Object(canonicalBytes: mutant) else { continue }
      #expect(object.canonicalBytes == mutant)
    }
  }

  private func digest(_ text: String) -> Digest { SHA256.digest(of: Array(text.utf8)) }

  @Test func manifest() throws {
    try check(
      Manifest(
        format: .safetensors, byteCount: 32, sha256: digest("file"),
        segments: [
          Manifest.Segment(tensor: nil, byteCount: 8, chunks: [ObjectID(digest("header"))]),
          Manifest.Segment(
            tensor: Manifest.Tensor(name: "head.wéight", dtype: .f32, shape: try Shape([2, 3])), byteCount: 24,
            chunks: [ObjectID(digest("tensor"))]),
          Manifest.Segment(
            tensor: Manifest.Tensor(name: "empty", dtype: .bf16, shape: try Shape([0, 4])), byteCount: 0, chunks: []),
        ]))
  }

  @Test func tree() throws {
    try check(
      Tree(entries: [
        try RelativePath("run.sh"): Tree.Entry(
          kind: .file, isExecutable: true, byteCount: 0, sha256: digest(""), manifest: ObjectID(digest("other"))),
        try RelativePath("a/model.safetensors"): Tree.Entry(
          kind: .checkpoint, isExecutable: false, byteCount: 32, sha256: digest("file"),
          manifest: ObjectID(digest("manifest"))),
      ]))
  }

  @Test func commit() throws {
    let ingredients = [("p1", 1), ("p2", 0.5)].map {
      Recipe.Ingredient(commit: ObjectID(digest($0.0)), weight: $0.1)
    }
    try check(
      Commit(
        tree: ObjectID(digest("tree")), parents: [ObjectID(digest("p1")), ObjectID(digest("p2"))],
        author: TemporaryRepository.signature, committer: TemporaryRepository.signature,
        message: "Tune \"head\"\n\nMore.",
        recipe: Recipe(
          kind: .merge, ingredients: ingredients,
          details: ["steps": 3, "rate": 0.1, "method": "ratatouille"])))
  }

  @Test func operation() throws {
    let main = try RefName.branch("main")
    try check(
      Operation(
        previous: nil, description: "commit: Tune head", unixSeconds: 1_700_000_000, headBefore: .branch(main),
        headAfter: .detached(ObjectID(digest("c"))),
        refChanges: [Operation.RefChange(name: main, before: nil, after: ObjectID(digest("c")))]))
  }

  @Test func certificateResult() throws {
    try check(
      CertificateResult(
        commit: ObjectID(digest("c")), name: "held-out", certificate: digest("x"), dataSet: digest("d"),
        evaluator: "wgit 0.1.0", values: ["accuracy": 0.96875, "accuracy[75]": 1], exampleCount: 1000,
        outcomeDigest: digest("o")))
  }

  /// What version 2 tells more of; results of version 1 are read as before.
  @Test func certificateResultInFull() throws {
    let details = CertificateResult.Details(
      metric: "accuracy", seed: 18_446_744_073_709_551_615, environment: ["system": "Linux", "blasCore": "Haswell"],
      outcomes: ["count": 2, "correct": "AQA=", "domain": "AAAAAAAAAAA=", "domainNames": ["all"]],
      judgements: [
        .init(
          value: "accuracy", verdict: "undecided", lower: 0.125, upper: 0.875, baseline: ObjectID(digest("b")),
          baselineValue: 0.75, p: 1),
        .init(
          value: "accuracy[75]", verdict: "holds", lower: nil, upper: nil, baseline: nil, baselineValue: nil, p: nil),
      ], attestation: "{}\n")
    let result = CertificateResult(
      commit: ObjectID(digest("c")), name: "held-out", certificate: digest("x"), dataSet: digest("d"),
      evaluator: "wgit 0.1.0", values: ["accuracy": 0.5], exampleCount: 2, outcomeDigest: digest("o"), details: details)
    let answer = try #require(CanonicalObjectTests.answers["certificate-result-2"])
    #expect(String(decoding: result.canonicalBytes, as: UTF8.self) == answer.canonical)
    #expect(result.id.hex == answer.sha256)
    let decoded = try CertificateResult(canonicalBytes: result.canonicalBytes)
    #expect(decoded.canonicalBytes == result.canonicalBytes)
    #expect(decoded.details?.judgements == details.judgements)
  }
}
