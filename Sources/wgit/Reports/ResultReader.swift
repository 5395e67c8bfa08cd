import WeightStore

/// Results of certificates, each commit's read once, without what was recorded of every example.
final class ResultReader {
  private let repository: Repository
  private var known: [ObjectID<Commit>: [CertificateResult]] = [:]

  init(_ repository: Repository) {
    self.repository = repository
  }

  subscript(id: ObjectID<Commit>) -> [CertificateResult] {
    get throws {
      if let results = known[id] { return results }
      let results = try repository.certificateResults(of: id).map(\.withoutOutcomes)
      known[id] = results
      return results
    }
  }

  /// Along first parents, oldest first; the last is `id`.
  func history(
    of id: ObjectID<Commit>, limit: Int
  ) throws -> [(id: ObjectID<Commit>, results: [CertificateResult])] {
    var line: [(id: ObjectID<Commit>, results: [CertificateResult])] = []
    var next: ObjectID<Commit>? = id
    let graph = repository.graph
    while let current = next, line.count < limit {
      line.append((current, try self[current]))
      next = try graph.commit(current).parents.first
    }
    return line.reversed()
  }
}

extension CertificateResult {
  fileprivate var withoutOutcomes: CertificateResult {
    CertificateResult(
      commit: commit, name: name, certificate: certificate, dataSet: dataSet, evaluator: evaluator, values: values,
      exampleCount: exampleCount, outcomeDigest: outcomeDigest,
      details: details.map {
        Details(
          metric: $0.metric, seed: $0.seed, environment: $0.environment, outcomes: nil, judgements: $0.judgements,
          attestation: $0.attestation)
      })
  }
}
