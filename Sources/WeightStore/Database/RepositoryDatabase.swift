import GRDB
import Glibc

/// The SQLite database of a repository: index of objects, refs, operations, stage, results.
///
/// One write transaction here is the commit point of everything wgit does. WAL with `synchronous=FULL` keeps an
/// acknowledged transaction through a power cut.
struct RepositoryDatabase: Sendable {
  let queue: DatabaseQueue
  private let access: DatabaseAccess

  /// The folder takes no writes.
  var isReadOnly: Bool { access.isReadOnly }

  static let fileName = "wgit.db"

  init(folder: String) throws(StoreError) {
    access = try DatabaseAccess(folder: folder)
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let isReadOnly = access.isReadOnly
    configuration.readonly = isReadOnly
    configuration.prepareDatabase { database in
      guard !isReadOnly else { return try database.execute(sql: "PRAGMA trusted_schema = OFF") }
      // Does nothing where the file is in WAL mode already. GRDB's own `journalMode` would write to it on every open.
      try database.execute(
        sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")
    }
    do {
      queue = try DatabaseQueue(
        path: access.name(of: "\(folder)/\(RepositoryDatabase.fileName)"), configuration: configuration)
    } catch {
      throw RepositoryDatabase.storeError(error)
    }
  }

  /// Whether the database file is there: opening would silently make an empty one.
  static func exists(in folder: String) -> Bool {
    Glibc.access("\(folder)/\(fileName)", F_OK) == 0
  }

  /// SQLite's own look at its pages and indexes; one line per fault.
  func faults() throws(StoreError) -> [String] {
    try read { try String.fetchAll($0, sql: "PRAGMA integrity_check(20)") }.filter { $0 != "ok" }
  }

  /// Brings the schema up to date; refuses a schema that a newer wgit made.
  func migrate() throws(StoreError) {
    let migrator = Schema.migrator
    let isSuperseded = try read { try migrator.hasBeenSuperseded($0) }
    guard !isSuperseded else {
      throw StoreError(.unsupportedFormat, "the repository's database was made by a newer wgit")
    }
    let isCurrent = try read { try migrator.hasCompletedMigrations($0) }
    guard !isCurrent else { return }
    do { try migrator.migrate(queue) } catch { throw RepositoryDatabase.storeError(error) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.read(body) } catch { throw RepositoryDatabase.storeError(error) }
  }

  /// One immediate transaction: all of `body` or nothing.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.write(body) } catch { throw RepositoryDatabase.storeError(error) }
  }

  static func storeError(_ error: any Error) -> StoreError {
    if let error = error as? StoreError { return error }
    guard let error = error as? DatabaseError else {
      return StoreError(.inputOutput, "the repository's database failed: \(error)")
    }
    let code: StoreError.Code =
      switch error.resultCode {
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_FULL: .diskFull
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .permissionDenied
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corruptObject
      default: .inputOutput
      }
    return StoreError(
      code, "the repository's database: \(error.message ?? "SQLite error \(error.resultCode.rawValue)")")
  }
}
