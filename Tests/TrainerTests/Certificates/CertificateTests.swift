import Documents
import Testing
import Trainer

struct CertificateTests {
  private static let start = "certificate: c\ndata: d.yaml\nmetric: accuracy\n"

  @Test func everythingThatCanBeSaid() throws {
    let certificate = try Certificate.parse(
      """
      certificate: held-out
      data: {private: secret.yaml, sha256: \(String(repeating: "0a", count: 32))}
      network: n.json
      weights: w.safetensors
      domains: [75]
      rows: {from: 5, per-domain: 10}
      metric: worst-domain-log-loss
      maximum: 1.5
      max-drop: 0.1
      max-relative-drop: 0.2
      baseline: first-parent
      level: 0.01
      strict: true
      seed: 7
      """, name: "c.yaml")
    #expect(certificate.data == .private(name: "secret.yaml", sha256: String(repeating: "0a", count: 32)))
    #expect(certificate.networkPath == "n.json" && certificate.weightsPath == "w.safetensors")
    #expect(certificate.rows == RowSelection(domains: ["75"], perDomain: 10, skip: 5))
    #expect(certificate.metric == CertificateMetric(.logLoss, .worstDomain))
    let thresholds = certificate.thresholds
    #expect(thresholds.minimum == nil && thresholds.maximum == 1.5)
    #expect(thresholds.maximumDrop == 0.1 && thresholds.maximumRelativeDrop == 0.2)
    #expect(certificate.baseline == .firstParent)
    #expect(certificate.level == 0.01 && certificate.isStrict && certificate.seed == 7)
    #expect(certificate.evaluator == .trainer)
  }

  @Test func whatIsLeftOut() throws {
    let certificate = try Certificate.parse(Self.start + "max-drop: 0", name: "c.yaml")
    #expect(certificate.data == .tracked(path: "d.yaml", sha256: nil))
    #expect(certificate.baseline == .mergeTarget)
    #expect(certificate.level == 0.05 && !certificate.isStrict && certificate.seed == 0)
    let other = try Certificate.parse(Self.start + "max-drop: 0\nbaseline: v1.0", name: "c.yaml")
    #expect(other.baseline == .revision("v1.0"))
  }

  @Test func anEvaluatorOfOnesOwn() throws {
    let certificate = try Certificate.parse(
      Self.start + "minimum: 0.5\nevaluator: {exec: 'python eval.py {weights} {data}', files: eval.py}", name: "c.yaml")
    #expect(
      certificate.evaluator == .command("python eval.py {weights} {data}", files: ["eval.py"], timeoutSeconds: 3600))
  }

  @Test(arguments: [
    ("minimum: 2", "c.yaml:4:10: \"minimum\" must be between 0 and 1, found the integer 2"),
    ("minimun: 0.5\nmax-drop: 0", "c.yaml:4: unknown key \"minimun\""),
    ("maximum: 0.5", "must be \"minimum\", because accuracy is better when higher"),
    ("seed: 1", "given a threshold: \"minimum\", \"max-drop\" or \"max-relative-drop\""),
    ("max-relative-drop: 1.5", "\"max-relative-drop\" must be between 0 and 1"),
    ("minimum: 0.5\nlevel: 0", "\"level\" must be above 0 and at most 0.5"),
    ("minimum: 0.5\nlevel: 0.9", "\"level\" must be above 0 and at most 0.5"),
    ("minimum: 0.5\nstrict: 1", "\"strict\" must be true or false"),
    ("minimum: 0.5\nevaluator: {exec: ' '}", "\"exec\" must be a command"),
    ("minimum: 0.5\nevaluator: {exec: x, tiemout: 3}", "unknown key \"tiemout\""),
    ("minimum: 0.5\nevaluator: {exec: x}\ndomains: [1]", "\"domains\" must be left to the evaluator"),
    ("minimum: 0.5\nseed: -1", "\"seed\""),
  ]) func mistakesAreNamed(_ text: String, _ message: String) throws {
    let error = #expect(throws: DocumentError.self) { try Certificate.parse(Self.start + text, name: "c.yaml") }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("{tracked: a, private: b}", "\"data\" must be given by one of"),
    ("{sha256: \(String(repeating: "0", count: 64))}", "\"data\" must be given by one of"),
    ("{private: a}", "given with its \"sha256\""),
    ("{tracked: a, sha256: abc}", "\"sha256\" must be 64 hexadecimal digits"),
  ]) func dataThatCannotBeMeant(_ text: String, _ message: String) throws {
    let error = #expect(throws: DocumentError.self) {
      try Certificate.parse("certificate: c\ndata: \(text)\nmetric: accuracy\nminimum: 0.5\n", name: "c.yaml")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func aMetricThatIsNone() {
    let error = #expect(throws: DocumentError.self) {
      try Certificate.parse("certificate: c\ndata: d\nmetric: acuracy\nminimum: 0.5\n", name: "c.yaml")
    }
    #expect(error?.description.contains("\"metric\" must be accuracy, balanced-accuracy") == true)
  }
}
