import GRDB
import Glibc
import Synchronization

/// The SQLite database of a repository: index of objects, refs, operations, stage, results.
///
/// One write transaction here is the commit point of everything wgit does. WAL with `synchronous=FULL` keeps an
/// acknowledged transaction through a power cut.
///
/// If the last step of a transaction, the fsync of the log, fails, nobody can say whether it will be there after a power
/// cut: `write` throws `outcomeUnknown`, and whoever opens the database next sees it or does not. If it is seen, it may
/// be in the kernel's memory alone, where another fsync would not find it. So nothing is ever appended to a log that
/// another process has left: it first goes into the database file, which is written anew and synchronized.
final class RepositoryDatabase: Sendable {
  let queue: DatabaseQueue
  private let access: DatabaseAccess
  /// Whether a log was found that may not be durable.
  private let mustEmptyLog: Mutex<Bool>

  /// The folder takes no writes.
  var isReadOnly: Bool { access.isReadOnly }

  static let fileName = "wgit.db"

  init(folder: String) throws(StoreError) {
    access = try DatabaseAccess(folder: folder)
    mustEmptyLog = Mutex(DatabaseAccess.hasContent("\(folder)/\(RepositoryDatabase.fileName)-wal"))
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let isReadOnly = access.isReadOnly
    configuration.readonly = isReadOnly
    configuration.prepareDatabase { database in
      // Temporary tables stay in memory: nothing is written outside the repository.
      try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")
      guard !isReadOnly else { return }
      // Does nothing where the file is in WAL mode already. GRDB's own `journalMode` would write to it on every open.
      try database.execute(
        sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
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

  /// Brings the schema up to date; refuses a schema that a newer wgit made, and one that acts by itself.
  func migrate() throws(StoreError) {
    let migrator = Schema.migrator
    let isSuperseded = try read { try migrator.hasBeenSuperseded($0) }
    guard !isSuperseded else {
      throw StoreError(.unsupportedFormat, "the repository's database was made by a newer wgit")
    }
    let isForeign = try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view'))") ?? false
    }
    guard !isForeign else {
      throw StoreError(.corruptObject, "the repository's database holds triggers or views that wgit did not make")
    }
    let isCurrent = try read { try migrator.hasCompletedMigrations($0) }
    guard !isCurrent else { return }
    try emptyForeignLog()
    do { try migrator.migrate(queue) } catch { throw RepositoryDatabase.storeError(error) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.read(body) } catch { throw RepositoryDatabase.storeError(error) }
  }

  /// One immediate transaction: all of `body` or nothing.
  ///
  /// - Throws: `StoreError.outcomeUnknown` if the disk failed while the transaction was made durable.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    try emptyForeignLog()
    do {
      return try queue.write(body)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_IOERR {
      throw StoreError(
        .outcomeUnknown, "the disk failed while the change was made durable: \(error.message ?? "input/output error")")
    } catch {
      throw RepositoryDatabase.storeError(error)
    }
  }

  private func emptyForeignLog() throws(StoreError) {
    guard mustEmptyLog.withLock({ $0 }) else { return }
    do {
      try queue.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      // Another process is just doing it.
    } catch {
      throw RepositoryDatabase.storeError(error)
    }
    mustEmptyLog.withLock { $0 = false }
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
