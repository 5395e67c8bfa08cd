import Foundation
import GRDB
import Glibc

/// How a database can be opened where it lies.
///
/// SQLite's WAL mode wants files beside the database even to read it. On a medium that takes no writes there are three
/// cases:
///
/// 1. `wgit.db-wal` is missing or empty: the database file is the whole truth, and is opened as one that never changes.
/// 2. `wgit.db-wal` has content and `wgit.db-shm` is there: acknowledged transactions stand in the former. SQLite reads
///    both without writing.
/// 3. `wgit.db-wal` has content and `wgit.db-shm` is lost: reading the database alone would hide acknowledged
///    transactions, so it is refused.
enum DatabaseAccess {
  case readWrite
  /// No writer is at work while the lock is held.
  case immutable(SharedLock?)
  case readOnly

  init(folder: String) throws(StoreError) {
    let database = "\(folder)/\(RepositoryDatabase.fileName)"
    guard access(database, F_OK) == 0, access(folder, W_OK) != 0 else {
      self = .readWrite
      return
    }
    let lock: SharedLock?
    switch SharedLock.attempt(folder: folder) {
    case .held(let held): lock = held
    case .noFile: lock = nil
    case .writerAtWork:
      self = .readOnly
      return
    }
    guard DatabaseAccess.hasContent("\(database)-wal") else {
      self = .immutable(lock)
      return
    }
    guard access("\(database)-shm", R_OK) == 0 else {
      throw StoreError(
        .permissionDenied,
        "'\(database)-wal' holds changes that can only be read where '\(folder)' can be written to: copy the repository"
      )
    }
    self = .readOnly
  }

  var isReadOnly: Bool {
    if case .readWrite = self { return false }
    return true
  }

  /// What SQLite is asked to open.
  func name(of path: String) -> String {
    guard case .immutable = self else { return path }
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%"))
    return "file:\(path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path)?immutable=1"
  }

  static func hasContent(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_size > 0
  }
}

/// Keeps writers away: while a database is read as one that never changes, though another mount of the same files may take
/// writes; and while damage is looked at a second time.
final class SharedLock: Sendable {
  enum Attempt {
    case held(SharedLock)
    /// The lock file is not there, so nobody ever wrote.
    case noFile
    case writerAtWork
  }

  private let file: OpenFile

  private init(_ file: OpenFile) { self.file = file }

  /// `nil` if writers do not let go in time.
  static func wait(folder: String, timeoutSeconds: Double) -> SharedLock? {
    var waitedSeconds = 0.0
    while waitedSeconds <= timeoutSeconds {
      switch attempt(folder: folder) {
      case .held(let lock): return lock
      case .noFile: return nil
      case .writerAtWork:
        usleep(2_000)
        waitedSeconds += 0.002
      }
    }
    return nil
  }

  static func attempt(folder: String) -> Attempt {
    let path = RepositoryLayout(root: folder).lockFile
    guard let file = try? OpenFile.open(path, flags: O_RDONLY) else { return .noFile }
    return flock(file.descriptor, LOCK_SH | LOCK_NB) == 0 ? .held(SharedLock(file)) : .writerAtWork
  }
}
