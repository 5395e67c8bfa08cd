import Documents

/// What one certificate said about one commit.
package struct CertificateResult: CanonicalObject, Hashable {
  package static let kind = ObjectKind.certificateResult

  package let commit: ObjectID<Commit>
  /// The certificate's name, for people.
  package let name: String
  /// SHA-256 of the certificate file together with the data-set description it names.
  package let certificate: Digest
  /// SHA-256 over the data files that were read.
  package let dataSet: Digest
  /// What computed it, with its version.
  package let evaluator: String
  /// Name of each value and the value: `accuracy`, `accuracy[75]`, `log-loss`.
  package let values: [String: Double]
  package let exampleCount: Int
  /// SHA-256 of one byte (0 or 1) for each example: was the prediction right.
  package let outcomeDigest: Digest

  package init(
    commit: ObjectID<Commit>, name: String, certificate: Digest, dataSet: Digest, evaluator: String,
    values: [String: Double], exampleCount: Int, outcomeDigest: Digest
  ) {
    self.commit = commit
    self.name = name
    self.certificate = certificate
    self.dataSet = dataSet
    self.evaluator = evaluator
    self.values = values
    self.exampleCount = exampleCount
    self.outcomeDigest = outcomeDigest
  }

  package var fields: JSONObject {
    JSONObject([
      ("certificate", .string(certificate.hex)),
      ("commit", .string(commit.hex)),
      ("dataSet", .string(dataSet.hex)),
      ("evaluator", .string(evaluator)),
      ("exampleCount", .integer(Int64(exampleCount))),
      ("name", .string(name)),
      ("outcomeDigest", .string(outcomeDigest.hex)),
      ("values", .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }))),
    ])
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
  }
}
