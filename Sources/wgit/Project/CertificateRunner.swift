import Documents
import Trainer
import WeightStore

/// Evaluates certificates on commits, reusing results that are known.
final class CertificateRunner {
  /// One row of the table that `wgit test` prints.
  struct Outcome {
    let certificate: Certificate
    let revision: String
    let commit: ObjectID<Commit>
    let value: Double
    let baseline: Double?
    let exampleCount: Int
    let verdict: CertificateVerdict
    /// The value was known from an earlier run.
    let isKnown: Bool
  }

  /// Part of the key of every result: another version may compute other values.
  static let evaluatorName = "wgit-trainer \(Wgit.version)"

  private let repository: Repository
  private let project: ProjectFiles
  private let folder: DataFolder
  private var datasets: [String: LoadedData] = [:]
  private var fileDigests: [String: Digest] = [:]
  private(set) var newResults: [CertificateResult] = []

  init(_ repository: Repository, project: ProjectFiles, folder: DataFolder) {
    self.repository = repository
    self.project = project
    self.folder = folder
  }

  /// All certificates of the project, or those named.
  ///
  /// - Throws: `CommandError.cannotTest` if there is none.
  func certificates(named names: [String] = []) throws -> [(certificate: Certificate, digest: Digest)] {
    var found: [(certificate: Certificate, digest: Digest)] = []
    for path in try project.certificatePaths() {
      let text = try project.text(path)
      let certificate = try Certificate.parse(text, name: path)
      let description = try description(certificate, of: path)
      // A changed data-set description makes another certificate.
      let digest = SHA256.digest(of: SHA256.digest(of: Array(text.utf8)).bytes + SHA256.digest(of: description).bytes)
      found.append((certificate, digest))
    }
    for name in names where !found.contains(where: { $0.certificate.name == name }) {
      let near = Spelling.nearest(name, in: found.map(\.certificate.name))
      throw CommandError(
        .cannotTest, "there is no certificate '\(name)'",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "describe one in \(ProjectFiles.certificateFolder)/NAME.yaml; 'wgit test --help' shows how")
    }
    let wanted = names.isEmpty ? found : found.filter { names.contains($0.certificate.name) }
    guard !wanted.isEmpty else {
      throw CommandError(
        .cannotTest, "there is no certificate to test with",
        hint: "describe one in \(ProjectFiles.certificateFolder)/NAME.yaml; 'wgit test --help' shows how")
    }
    return wanted
  }

  private func description(_ certificate: Certificate, of path: String) throws -> [UInt8] {
    do {
      return try project.bytes(certificate.dataPath)
    } catch let error as StoreError {
      throw StoreError(error.code, "\(path) names its data: \(error.message)", subjects: error.subjects, cause: error)
    }
  }

  func run(
    _ item: (certificate: Certificate, digest: Digest), revision: String, commit: ObjectID<Commit>,
    baseline: ObjectID<Commit>?
  ) throws -> Outcome {
    let evaluatedBefore = newResults.count
    let result = try result(item, commit)
    let isKnown = newResults.count == evaluatedBefore
    let value = CertificateRunner.value(result, item.certificate)
    let reference = try baseline.map { CertificateRunner.value(try self.result(item, $0), item.certificate) }
    return Outcome(
      certificate: item.certificate, revision: revision, commit: commit, value: value, baseline: reference,
      exampleCount: result.exampleCount, verdict: item.certificate.verdict(value, baseline: reference),
      isKnown: isKnown)
  }

  /// Keeps new results with the commits they speak of.
  func recordResults() throws {
    try repository.record(newResults)
    newResults = []
  }

  private static func value(_ result: CertificateResult, _ certificate: Certificate) -> Double {
    result.values[certificate.metric.rawValue] ?? .nan
  }

  private func result(
    _ item: (certificate: Certificate, digest: Digest), _ commit: ObjectID<Commit>
  ) throws -> CertificateResult {
    let dataSet = try dataSetID(item.certificate.dataPath)
    if let fresh = newResults.first(where: { $0.commit == commit && $0.certificate == item.digest }) { return fresh }
    if let known = try repository.certificateResult(
      commit: commit, certificate: item.digest, dataSet: dataSet, evaluator: CertificateRunner.evaluatorName)
    {
      return known
    }
    let evaluation = try evaluate(item.certificate, commit)
    var values = [item.certificate.metric.rawValue: item.certificate.value(of: evaluation)]
    values["log-loss"] = evaluation.meanLogLoss
    for domain in evaluation.domains { values["accuracy[\(domain.name)]"] = domain.accuracy }
    let result = CertificateResult(
      commit: commit, name: item.certificate.name, certificate: item.digest, dataSet: dataSet,
      evaluator: CertificateRunner.evaluatorName, values: values, exampleCount: evaluation.exampleCount,
      outcomeDigest: SHA256.digest(of: evaluation.correctness.map { $0 ? 1 : 0 }))
    newResults.append(result)
    return result
  }

  private func evaluate(_ certificate: Certificate, _ commit: ObjectID<Commit>) throws -> Evaluation {
    let model = try ModelFiles(
      networkPath: certificate.networkPath, weightsPath: certificate.weightsPath, in: commit, of: repository)
    let examples = try data(certificate.dataPath).dataset.examples(certificate.rows)
    return try Evaluator(network: model.network, weights: model.weights, threadCount: Environment.threadCount)
      .evaluate(examples)
  }

  private func data(_ path: String) throws -> LoadedData {
    if let loaded = datasets[path] { return loaded }
    let loaded = try LoadedData(path, from: project, folder: folder)
    datasets[path] = loaded
    return loaded
  }

  private func dataSetID(_ path: String) throws -> Digest {
    if let known = fileDigests[path] { return known }
    let description = try DatasetDescription.parse(project.text(path), name: path)
    let id = LoadedData.id(of: description, try LoadedData.digests(of: description, in: folder))
    fileDigests[path] = id
    return id
  }
}
