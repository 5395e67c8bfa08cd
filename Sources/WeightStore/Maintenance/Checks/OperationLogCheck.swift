/// Reads the operation log backwards and compares its newest state with the refs.
struct OperationLogCheck: IntegrityCheck {
  static let summary = "the operation log is whole and ends at the refs of today"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    var latest: [RefName: ObjectID<Commit>?] = [:]
    let listed = try repository.database.read { try OperationTable.newest(limit: .max, in: $0) }.map(\.id)
    var chain: [ObjectID<Operation>] = []
    do {
      var next = listed.first
      while let id = next {
        let operation = try repository.store.load(id)
        if chain.isEmpty { try compareHead(operation, repository, report) }
        chain.append(id)
        for change in operation.refChanges where latest[change.name] == nil {
          latest.updateValue(change.after, forKey: change.name)
        }
        next = operation.previous
      }
    } catch {
      report(IntegrityFinding(.damage, "operation log", error.message))
      return
    }
    if chain != listed {
      report(
        IntegrityFinding(
          .damage, "operation log", "\(listed.count) operations are listed, \(chain.count) hang together"))
    }
    let expected = latest.compactMapValues { $0 }
    let found = Dictionary(uniqueKeysWithValues: try repository.refs().map { ($0.name, $0.target) })
    for name in Set(expected.keys).union(found.keys).sorted() where expected[name] != found[name] {
      report(
        IntegrityFinding(
          .damage, name.text,
          "stands at \(found[name]?.short ?? "nothing"), the operation log says \(expected[name]?.short ?? "nothing")"))
    }
  }
  private func compareHead(
    _ newest: Operation, _ repository: Repository, _ report: (IntegrityFinding) -> Void
  ) throws(StoreError) {
    guard try repository.head() != newest.headAfter else { return }
    report(IntegrityFinding(.damage, "HEAD", "what is checked out is not what the operation log says"))
  }
}
