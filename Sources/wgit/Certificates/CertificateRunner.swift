import Documents
import Trainer
import WeightStore

/// Evaluates certificates on commits, reusing results that are known.
final class CertificateRunner {
  private let repository: Repository
  private let project: ProjectFiles
  private let folder: DataFolder
  private var datasets: [String: LoadedData] = [:]
  private var dataSetIDs: [String: Digest] = [:]
  private var evaluated: [Key: EvaluatedCertificate] = [:]
  private(set) var newResults: [CertificateResult] = []
  /// How long the network took on the examples, the last time.
  private var evaluationTime = Duration.zero
  /// Told of what is done; nothing by default.
  var progress: (String) -> Void = { _ in }
  /// Evaluates anew what is known already.
  var ignoresKnownResults = false

  private struct Key: Hashable {
    let commit: ObjectID<Commit>
    let certificate: Digest
  }

  /// What values are compared with.
  struct Comparison {
    /// What the user named: it goes before what a certificate says.
    var against: ObjectID<Commit>?
    /// The tip of the branch that is about to move.
    var mergeTarget: ObjectID<Commit>?
  }

  init(_ repository: Repository, project: ProjectFiles, folder: DataFolder) {
    self.repository = repository
    self.project = project
    self.folder = folder
  }

  func certificates(named names: [String] = []) throws -> [CertificateFile] {
    try CertificateFile.all(named: names, in: project, folder: folder)
  }

  /// One row, or one for each domain.
  func run(
    _ file: CertificateFile, revision: String, commit: ObjectID<Commit>, comparison: Comparison
  ) throws -> [CertificateOutcome] {
    progress("testing \(file.certificate.name) on \(revision)")
    var evaluation = try evaluate(file, commit)
    let baselineCommit = try baseline(of: file.certificate, commit, comparison)
    let reference = try baselineCommit.map { try evaluate(file, $0) }
    let outcomes = try CertificateJudge(file, revision: revision, baselineCommit: baselineCommit)
      .judge(evaluation, against: reference)
    let judgements = outcomes.map(\.record)
    let stored = evaluation.result.details?.judgements ?? []
    // What was said against a baseline is worth more than what can be said without one.
    let isPoorer = baselineCommit == nil && stored.contains { $0.baseline != nil }
    if stored != judgements, !isPoorer {
      evaluation.result.details?.judgements = judgements
      keep(evaluation, file)
    }
    return outcomes
  }

  /// The value of the whole metric and of each domain, and what it is made of.
  func evaluate(_ file: CertificateFile, _ commit: ObjectID<Commit>) throws -> EvaluatedCertificate {
    if let fresh = evaluated[Key(commit: commit, certificate: file.digest)] { return fresh }
    let dataSet = try dataSetID(file.certificate)
    let name = CertificateRunner.evaluatorName(file.certificate)
    if !ignoresKnownResults, let known = try known(file, commit, dataSet: dataSet, evaluator: name) {
      evaluated[Key(commit: commit, certificate: file.digest)] = known
      return known
    }
    let finding: EvaluatedCertificate.Finding =
      switch file.certificate.evaluator {
      case .trainer: .outcomes(try evaluateHere(file.certificate, commit))
      case .command:
        try ExternalEvaluator(
          file: file, repository: repository, project: project, folder: folder, progress: progress
        ).evaluate(commit)
      }
    var evaluation = EvaluatedCertificate(
      finding, of: file, commit: commit, dataSet: dataSet, evaluator: name,
      environment: try CertificateRunner.environment(file.certificate))
    if file.certificate.evaluator == .trainer {
      evaluation.samplesPerSecond = Double(evaluation.result.exampleCount) / (evaluationTime / .seconds(1))
    }
    keep(evaluation, file)
    return evaluation
  }

  /// Keeps a signed statement with the result it speaks of.
  func attach(_ statement: String, to file: CertificateFile, _ commit: ObjectID<Commit>) throws {
    var evaluation = try evaluate(file, commit)
    evaluation.result.details?.attestation = statement
    keep(evaluation, file)
  }

  /// Puts new results with the commits they speak of.
  func recordResults() throws {
    try repository.record(newResults)
    newResults = []
  }

  private func keep(_ evaluation: EvaluatedCertificate, _ file: CertificateFile) {
    evaluated[Key(commit: evaluation.result.commit, certificate: file.digest)] = evaluation
    newResults.removeAll { $0.commit == evaluation.result.commit && $0.certificate == file.digest }
    newResults.append(evaluation.result)
  }

  /// A result is of use if what was recorded of each example is there too, to be compared in pairs.
  private func known(
    _ file: CertificateFile, _ commit: ObjectID<Commit>, dataSet: Digest, evaluator: String
  ) throws -> EvaluatedCertificate? {
    let result = try repository.certificateResult(
      commit: commit, certificate: file.digest, dataSet: dataSet, evaluator: evaluator)
    guard let result, let details = result.details else { return nil }
    guard let columns = details.outcomes else {
      let isOfValuesAlone = result.outcomeDigest == OutcomeColumns.digest(JSONObject())
      return isOfValuesAlone ? EvaluatedCertificate(known: result, outcomes: nil) : nil
    }
    guard let outcomes = OutcomeColumns.outcomes(columns), outcomes.suffice(for: file.certificate.metric.measure),
      outcomes.count == result.exampleCount
    else { return nil }
    return EvaluatedCertificate(known: result, outcomes: outcomes)
  }

  private func baseline(
    of certificate: Certificate, _ commit: ObjectID<Commit>, _ comparison: Comparison
  ) throws -> ObjectID<Commit>? {
    if let against = comparison.against { return against }
    switch certificate.baseline {
    case .mergeTarget: return comparison.mergeTarget
    case .firstParent: return try repository.graph.commit(commit).parents.first
    case .revision(let revision): return try repository.resolve(revision)
    }
  }
}

// MARK: wgit's own evaluator

extension CertificateRunner {
  /// Part of the key of every result: another version may compute other values.
  static func evaluatorName(_ certificate: Certificate) -> String {
    switch certificate.evaluator {
    case .trainer: "wgit-trainer \(Wgit.version)"
    case .command(let command, _, _): "exec \(command)"
    }
  }

  private static func environment(_ certificate: Certificate) throws -> [String: String] {
    var environment = ["wgit": Wgit.version, "system": "Linux"]
    #if arch(x86_64)
      environment["processor"] = "x86_64"
    #elseif arch(arm64)
      environment["processor"] = "arm64"
    #endif
    if certificate.evaluator == .trainer { environment["blasCore"] = try BLAS.load().coreName }
    return environment
  }

  private func evaluateHere(_ certificate: Certificate, _ commit: ObjectID<Commit>) throws -> ExampleOutcomes {
    let model = try ModelFiles(
      networkPath: certificate.networkPath, weightsPath: certificate.weightsPath, in: commit, of: repository)
    let examples = try data(certificate).dataset.examples(certificate.rows, threadCount: Environment.threadCount)
    guard examples.count > 0 else {
      throw CommandError(.invalidData, "certificate '\(certificate.name)' selects no examples")
    }
    let evaluator = try Evaluator(
      network: model.network, weights: model.weights, threadCount: Environment.threadCount)
    let start = ContinuousClock.now
    defer { evaluationTime = ContinuousClock.now - start }
    return try evaluator.outcomes(examples, for: certificate.metric.measure) { done in
      progress(
        "testing \(certificate.name) on \(commit.short) \(TrainingView.bar(done, of: examples.count)) "
          + "\(done)/\(examples.count) examples")
    }
  }

  private func data(_ certificate: Certificate) throws -> LoadedData {
    let key = CertificateRunner.key(certificate)
    if let loaded = datasets[key] { return loaded }
    let description = try CertificateData(certificate.data, project: project, folder: folder).description()
    let loaded = try LoadedData(description, folder: folder)
    datasets[key] = loaded
    return loaded
  }

  private func dataSetID(_ certificate: Certificate) throws -> Digest {
    let key = CertificateRunner.key(certificate)
    let source = CertificateData(certificate.data, project: project, folder: folder)
    let id: Digest
    if let known = dataSetIDs[key] {
      id = known
    } else if certificate.evaluator == .trainer {
      let description = try source.description()
      id = LoadedData.id(of: description, try LoadedData.digests(of: description, in: folder))
    } else {
      id = try source.fileDigest()
    }
    dataSetIDs[key] = id
    try source.check(id, of: certificate)
    return id
  }

  private static func key(_ certificate: Certificate) -> String {
    let kind = if case .private = certificate.data { "private" } else { "tracked" }
    return "\(kind) \(certificate.evaluator == .trainer) \(certificate.data.path)"
  }
}
