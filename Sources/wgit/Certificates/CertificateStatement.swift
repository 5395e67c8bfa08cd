import Documents
import Trainer
import WeightStore

/// What is signed of a result: an in-toto statement (version 1) about a commit and its weights.
struct CertificateStatement {
  static let type = "https://in-toto.io/Statement/v1"
  static let predicateType = "urn:x-wgit:certificate:1"

  struct Subject: Equatable {
    let name: String
    let sha256: String
  }

  let subjects: [Subject]
  let predicate: JSONValue

  /// The name of the subject that is the commit.
  static let commitName = "commit"

  init(_ evaluation: EvaluatedCertificate, of file: CertificateFile, in repository: Repository) throws {
    let result = evaluation.result
    subjects = try Self.subjects(of: result.commit, file.certificate, in: repository)
    predicate = Self.predicate(result, file.certificate)
  }

  /// The commit, the weights' file and every tensor in it.
  static func subjects(
    of commit: ObjectID<Commit>, _ certificate: Certificate, in repository: Repository
  ) throws -> [Subject] {
    let path = try RelativePath(certificate.weightsPath)
    let checkpoint = try repository.checkpoint(path, in: commit)
    var subjects = [
      Subject(name: commitName, sha256: commit.hex),
      Subject(name: path.text, sha256: checkpoint.manifest.sha256.hex),
    ]
    for (tensor, segment) in checkpoint.manifest.tensors {
      let digest = segment.chunks.count == 1 ? segment.chunks[0].digest : try digest(of: segment, in: checkpoint)
      subjects.append(Subject(name: "\(path.text)#\(tensor.name)", sha256: digest.hex))
    }
    return subjects
  }

  private static func digest(of segment: Manifest.Segment, in checkpoint: StoredCheckpoint) throws -> Digest {
    SHA256.digest(of: try checkpoint.bytes(of: segment))
  }

  private static func predicate(_ result: CertificateResult, _ certificate: Certificate) -> JSONValue {
    let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
    let thresholds = certificate.thresholds
    let values = result.values.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) }
    let environment = (result.details?.environment ?? [:]).sorted { $0.key < $1.key }
      .map { ($0.key, JSONValue.string($0.value)) }
    return [
      "certificate": .string(result.name),
      "certificateDigest": .string(result.certificate.hex),
      "dataSet": .string(result.dataSet.hex),
      "metric": ["name": .string(certificate.metric.name), "version": 1],
      "evaluator": .string(result.evaluator),
      "seed": .string("\(certificate.seed)"),
      "thresholds": [
        "minimum": number(thresholds.minimum), "maximum": number(thresholds.maximum),
        "maxDrop": number(thresholds.maximumDrop), "maxRelativeDrop": number(thresholds.maximumRelativeDrop),
        "level": .number(certificate.level), "strict": .bool(certificate.isStrict),
      ],
      "results": [
        "values": .object(JSONObject(values)), "exampleCount": .integer(Int64(result.exampleCount)),
        "outcomeDigest": .string(result.outcomeDigest.hex),
        "judgements": .array(
          (result.details?.judgements ?? []).map { ["value": .string($0.value), "verdict": .string($0.verdict)] }),
      ],
      "environment": .object(JSONObject(environment)),
    ]
  }

  var bytes: [UInt8] {
    let json: JSONValue = [
      "_type": .string(Self.type),
      "subject": .array(subjects.map { ["name": .string($0.name), "digest": ["sha256": .string($0.sha256)]] }),
      "predicateType": .string(Self.predicateType),
      "predicate": predicate,
    ]
    return json.canonicalBytes()
  }

  /// - Throws: `CommandError.invalidData` unless the bytes are such a statement.
  init(_ bytes: [UInt8]) throws {
    guard let json = try? JSONParser.parse(bytes), json["_type"]?.stringValue == Self.type,
      json["predicateType"]?.stringValue == Self.predicateType, let list = json["subject"]?.arrayValue,
      let predicate = json["predicate"], predicate.objectValue != nil
    else { throw CommandError(.invalidData, "what is signed is not an in-toto statement of a certificate") }
    subjects = try list.map { item in
      guard let name = item["name"]?.stringValue, let digest = item["digest"]?["sha256"]?.stringValue else {
        throw CommandError(.invalidData, "a subject of the signed statement has no name or no SHA-256")
      }
      return Subject(name: name, sha256: digest)
    }
    self.predicate = predicate
  }
}
