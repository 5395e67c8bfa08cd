/// Results of certificates, kept with the commits they speak of.
extension Repository {
  /// A result computed earlier from the same commit, certificate, data and evaluator.
  package func certificateResult(
    commit: ObjectID<Commit>, certificate: Digest, dataSet: Digest, evaluator: String
  ) throws(StoreError) -> CertificateResult? {
    let key = CertificateResultTable.Key(
      commit: commit, certificate: certificate, dataSet: dataSet, evaluator: evaluator)
    guard let id = try database.read({ try CertificateResultTable.find(key, in: $0) }) else { return nil }
    return try store.load(id)
  }

  /// All results that speak of a commit, by name.
  package func certificateResults(of commit: ObjectID<Commit>) throws(StoreError) -> [CertificateResult] {
    var results: [CertificateResult] = []
    for id in try database.read({ try CertificateResultTable.all(of: commit, in: $0) }) {
      results.append(try store.load(id))
    }
    return results.sorted { ($0.name, $0.certificate, $0.evaluator) < ($1.name, $1.certificate, $1.evaluator) }
  }

  /// Keeps results. A repository that cannot be written to does without: they can be computed again.
  package func record(_ results: [CertificateResult]) throws(StoreError) {
    guard !results.isEmpty, !database.isReadOnly else { return }
    let lock = try self.lock()
    try publish(Publication(description: "test", results: results))
    withExtendedLifetime(lock) {}
  }
}
