/// Asks SQLite to look at its own pages and indexes.
struct DatabaseCheck: IntegrityCheck {
  static let summary = "the database is whole"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    for fault in try repository.database.faults() {
      report(IntegrityFinding(.damage, RepositoryDatabase.fileName, fault))
    }
  }
}
