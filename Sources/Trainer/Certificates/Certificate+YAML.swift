import Documents

extension Certificate {
  /// - Throws: `DocumentError` with the line.
  package static func parse(_ text: String, name: String) throws -> Certificate {
    let yaml = try YAMLDocument.parse(text, name: name)
    let certificate = try Certificate(yaml: yaml)
    try yaml.finish()
    return certificate
  }

  private init(yaml: YAMLMapping) throws {
    name = try yaml.string("certificate")
    role = try Self.role(yaml)
    data = try Self.data(yaml)
    networkPath = try yaml.optionalString("network") ?? "network.json"
    weightsPath = try yaml.optionalString("weights") ?? "model.safetensors"
    let rows = try yaml.optionalMapping("rows")
    self.rows = RowSelection(
      domains: try yaml.optionalStrings("domains"), perDomain: try rows?.optionalNaturalNumber("per-domain"),
      skip: try rows?.naturalNumber("from", default: 0) ?? 0)
    guard let metric = CertificateMetric(name: try yaml.string("metric")) else {
      throw yaml.invalidValue(of: "metric", mustBe: CertificateMetric.names)
    }
    self.metric = metric
    evaluator = try Self.evaluator(yaml)
    if evaluator != .trainer, self.rows != RowSelection() {
      throw yaml.invalidValue(of: self.rows.domains == nil ? "rows" : "domains", mustBe: "left to the evaluator")
    }
    thresholds = try Thresholds(yaml, metric.measure)
    baseline = try Self.baseline(yaml)
    level = try yaml.optionalNumber("level") ?? 0.05
    guard level > 0, level <= 0.5 else { throw yaml.invalidValue(of: "level", mustBe: "above 0 and at most 0.5") }
    isStrict = try yaml.optionalBool("strict") ?? false
    seed = UInt64(try yaml.naturalNumber("seed", default: 0))
  }

  private static func role(_ yaml: YAMLMapping) throws -> Role? {
    guard let word = try yaml.optionalString("role") else { return nil }
    guard let role = Role(rawValue: word) else {
      throw yaml.invalidValue(of: "role", mustBe: Role.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return role
  }

  private static func data(_ yaml: YAMLMapping) throws -> DataReference {
    guard yaml.isMapping("data") else { return .tracked(path: try yaml.string("data"), sha256: nil) }
    let mapping = try yaml.mapping("data")
    let sha256 = try mapping.optionalString("sha256")
    if let sha256, !isDigest(sha256) { throw mapping.invalidValue(of: "sha256", mustBe: "64 hexadecimal digits") }
    let tracked = try mapping.optionalString("tracked")
    let `private` = try mapping.optionalString("private")
    switch (tracked, `private`) {
    case (let path?, nil): return .tracked(path: path, sha256: sha256)
    case (nil, let name?):
      guard let sha256 else {
        throw mapping.invalidValue(
          of: "private", mustBe: "given with its \"sha256\", which nothing else would vouch for")
      }
      return .private(name: name, sha256: sha256)
    default: throw yaml.invalidValue(of: "data", mustBe: "given by one of \"tracked\" and \"private\"")
    }
  }

  private static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func evaluator(_ yaml: YAMLMapping) throws -> Evaluator {
    guard let mapping = try yaml.optionalMapping("evaluator") else { return .trainer }
    let command = try mapping.string("exec")
    guard !command.allSatisfy(\.isWhitespace) else { throw mapping.invalidValue(of: "exec", mustBe: "a command") }
    let timeout = try mapping.naturalNumber("timeout-seconds", default: 3600)
    guard (1...1_000_000).contains(timeout) else {
      throw mapping.invalidValue(of: "timeout-seconds", mustBe: "from 1 to 1000000")
    }
    return .command(
      command, files: try mapping.optionalOneOrMoreStrings("files") ?? [], timeoutSeconds: timeout)
  }

  private static func baseline(_ yaml: YAMLMapping) throws -> Baseline {
    switch try yaml.optionalString("baseline") {
    case nil, "merge-target": .mergeTarget
    case "first-parent": .firstParent
    case .some(let revision): .revision(revision)
    }
  }
}

extension Certificate.Thresholds {
  init(_ yaml: YAMLMapping, _ measure: CertificateMetric.Measure) throws {
    minimum = try Self.value("minimum", yaml, measure)
    maximum = try Self.value("maximum", yaml, measure)
    maximumDrop = try Self.value("max-drop", yaml, measure)
    maximumRelativeDrop = try yaml.optionalNumber("max-relative-drop")
    if let share = maximumRelativeDrop, !(0...1).contains(share) {
      throw yaml.invalidValue(of: "max-relative-drop", mustBe: "between 0 and 1")
    }
    let wrong = measure.isLowerBetter ? "minimum" : "maximum"
    if (measure.isLowerBetter ? minimum : maximum) != nil {
      throw yaml.invalidValue(
        of: wrong,
        mustBe: "\"\(measure.isLowerBetter ? "maximum" : "minimum")\", because \(measure.name) is better when "
          + (measure.isLowerBetter ? "lower" : "higher"))
    }
    guard !isEmpty else {
      throw yaml.invalidValue(
        of: "certificate",
        mustBe: "given a threshold: \"\(measure.isLowerBetter ? "maximum" : "minimum")\", \"max-drop\" or "
          + "\"max-relative-drop\"")
    }
  }

  private static func value(
    _ key: String, _ yaml: YAMLMapping, _ measure: CertificateMetric.Measure
  ) throws -> Double? {
    guard let value = try yaml.optionalNumber(key) else { return nil }
    let range = 0...(measure.isFraction ? 1 : Double.greatestFiniteMagnitude)
    guard range.contains(value) else {
      throw yaml.invalidValue(of: key, mustBe: measure.isFraction ? "between 0 and 1" : "at least 0")
    }
    return value
  }
}
