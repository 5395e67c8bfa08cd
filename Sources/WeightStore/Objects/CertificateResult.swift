import Documents

/// What one certificate said about one commit.
package struct CertificateResult: CanonicalObject, Hashable {
  package static let kind = ObjectKind.certificateResult
  package static let versions: ClosedRange<Int64> = 1...2

  package let commit: ObjectID<Commit>
  /// The certificate's name, for people.
  package let name: String
  /// SHA-256 of the certificate file together with what it names.
  package let certificate: Digest
  /// SHA-256 over the data files that were read.
  package let dataSet: Digest
  /// What computed it, with its version.
  package let evaluator: String
  /// Name of each value and the value: `accuracy`, `accuracy[75]`.
  package let values: [String: Double]
  package let exampleCount: Int
  /// SHA-256 of what was recorded of each example. In version 1: of one byte (0 or 1) for each, was the prediction right;
  /// in version 2: of the canonical JSON of `outcomes`, or of what they would be.
  package let outcomeDigest: Digest
  /// What version 2 has more.
  package var details: Details?

  package var version: Int64 { details == nil ? 1 : 2 }

  /// Verdicts are those of the last time the certificate was judged; all else is as it was evaluated.
  package struct Details: Hashable, Sendable {
    package let metric: String
    package let seed: UInt64
    /// Where it was evaluated: name and value of what may matter.
    package let environment: [String: String]
    /// What was recorded of each example; nil if that is too much, or unknown.
    package let outcomes: JSONObject?
    package var judgements: [Judgement]
    /// A signed statement of this result: a DSSE envelope.
    package var attestation: String?

    package init(
      metric: String, seed: UInt64, environment: [String: String], outcomes: JSONObject?, judgements: [Judgement],
      attestation: String? = nil
    ) {
      self.metric = metric
      self.seed = seed
      self.environment = environment
      self.outcomes = outcomes
      self.judgements = judgements
      self.attestation = attestation
    }
  }

  /// One value and its verdict.
  package struct Judgement: Hashable, Sendable {
    /// Which of `values`.
    package let value: String
    /// `holds`, `fails` or `undecided`.
    package let verdict: String
    package let lower: Double?
    package let upper: Double?
    package let baseline: ObjectID<Commit>?
    package let baselineValue: Double?
    package let p: Double?

    package init(
      value: String, verdict: String, lower: Double?, upper: Double?, baseline: ObjectID<Commit>?,
      baselineValue: Double?, p: Double?
    ) {
      self.value = value
      self.verdict = verdict
      self.lower = lower
      self.upper = upper
      self.baseline = baseline
      self.baselineValue = baselineValue
      self.p = p
    }
  }

  package init(
    commit: ObjectID<Commit>, name: String, certificate: Digest, dataSet: Digest, evaluator: String,
    values: [String: Double], exampleCount: Int, outcomeDigest: Digest, details: Details? = nil
  ) {
    self.commit = commit
    self.name = name
    self.certificate = certificate
    self.dataSet = dataSet
    self.evaluator = evaluator
    self.values = values
    self.exampleCount = exampleCount
    self.outcomeDigest = outcomeDigest
    self.details = details
  }

  package var fields: JSONObject {
    let values = values.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) }
    let common: [(String, JSONValue)] = [
      ("certificate", .string(certificate.hex)),
      ("commit", .string(commit.hex)),
      ("dataSet", .string(dataSet.hex)),
      ("evaluator", .string(evaluator)),
      ("exampleCount", .integer(Int64(exampleCount))),
      ("name", .string(name)),
      ("outcomeDigest", .string(outcomeDigest.hex)),
      ("values", .object(JSONObject(values))),
    ]
    return JSONObject(common + (details?.members ?? []))
  }

  package init(fields: ObjectFields) throws(StoreError) {
    commit = ObjectID(try fields.digest("commit"))
    name = try fields.string("name")
    certificate = try fields.digest("certificate")
    dataSet = try fields.digest("dataSet")
    evaluator = try fields.string("evaluator")
    exampleCount = try fields.count("exampleCount")
    outcomeDigest = try fields.digest("outcomeDigest")
    var values: [String: Double] = [:]
    for member in fields.optional("values")?.objectValue?.members ?? [] {
      guard let value = member.value.numberValue else { throw fields.wrong("values", "an object of numbers") }
      values[member.key] = value
    }
    self.values = values
    details = try fields.integer("version") == 1 ? nil : Details(fields: fields)
  }
}

// MARK: Version 2

extension CertificateResult.Details {
  fileprivate var members: [(String, JSONValue)] {
    let environment = environment.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    return [
      ("attestation", attestation.map { .string($0) } ?? .null),
      ("environment", .object(JSONObject(environment))),
      ("judgements", .array(judgements.map(\.json))),
      ("metric", .string(metric)),
      ("outcomes", outcomes.map { .object($0) } ?? .null),
      ("seed", .string("\(seed)")),
    ]
  }

  fileprivate init(fields: ObjectFields) throws(StoreError) {
    metric = try fields.string("metric")
    guard let seed = UInt64(try fields.string("seed")) else { throw fields.wrong("seed", "a number in decimal digits") }
    self.seed = seed
    var environment: [String: String] = [:]
    for member in fields.optional("environment")?.objectValue?.members ?? [] {
      guard let text = member.value.stringValue else { throw fields.wrong("environment", "an object of strings") }
      environment[member.key] = text
    }
    self.environment = environment
    outcomes = fields.optional("outcomes")?.objectValue
    attestation = fields.optional("attestation")?.stringValue
    var judgements: [CertificateResult.Judgement] = []
    for judgement in try fields.objects("judgements") { judgements.append(try .init(fields: judgement)) }
    self.judgements = judgements
  }
}

extension CertificateResult.Judgement {
  fileprivate var json: JSONValue {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    return [
      "value": .string(value), "verdict": .string(verdict), "lower": number(lower), "upper": number(upper),
      "baseline": baseline.map { .string($0.hex) } ?? .null, "baselineValue": number(baselineValue), "p": number(p),
    ]
  }

  fileprivate init(fields: ObjectFields) throws(StoreError) {
    value = try fields.string("value")
    verdict = try fields.string("verdict")
    lower = fields.optional("lower")?.numberValue
    upper = fields.optional("upper")?.numberValue
    baseline = try fields.optionalDigest("baseline").map { ObjectID($0) }
    baselineValue = fields.optional("baselineValue")?.numberValue
    p = fields.optional("p")?.numberValue
    try fields.finish()
  }
}
