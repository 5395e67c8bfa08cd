import WeightStore

/// What is to be said of one commit, read once.
struct CommitFacts {
  let id: ObjectID<Commit>
  let commit: Commit
  /// Branches and tags that stand here.
  let names: [String]
  let changes: SnapshotChanges
  /// Since the first parent; without it nothing is compared.
  let differences: [Repository.FileDifference]
  let results: [CertificateResult]

  /// - Parameter measuring: reads changed weights to say how far they moved.
  init(
    _ id: ObjectID<Commit>, names: CommitNames, in repository: Repository, results reader: ResultReader, measuring: Bool
  ) throws {
    self.id = id
    commit = try repository.graph.commit(id)
    self.names = names.refs[id] ?? []
    let parent = commit.parents.first
    changes = try SnapshotChanges(
      from: parent.map(repository.tree) ?? Tree(), to: repository.tree(of: id), store: repository.store)
    differences =
      try parent.map { try repository.diff(from: .commit($0), to: .commit(id), scope: .init(measures: measuring)) }
      ?? []
    results = try reader[id]
  }
}

/// One value of a certificate and what was said of it.
struct CertifiedValue: Hashable {
  /// Of the certificate.
  let name: String
  /// `accuracy`, `accuracy[75]`.
  let metric: String
  let certificate: Digest

  /// Everything that was judged of a commit.
  static func all(_ results: [CertificateResult]) -> [CertifiedValue] {
    results.flatMap { result in
      (result.details?.judgements ?? []).map {
        CertifiedValue(name: result.name, metric: $0.value, certificate: result.certificate)
      }
    }
  }

  func find(
    in results: [CertificateResult]
  ) -> (result: CertificateResult, judgement: CertificateResult.Judgement?)? {
    guard let result = results.first(where: { $0.certificate == certificate && $0.values[metric] != nil }) else {
      return nil
    }
    return (result, result.details?.judgements.first { $0.value == metric })
  }

  func value(in results: [CertificateResult]) -> Double? { find(in: results)?.result.values[metric] }

  /// Shares of examples are shown in percent.
  var isFraction: Bool { CertificateLog.isFraction(metric) }

  func text(_ value: Double) -> String { CertificateLog.text(value, metric) }
}
