import Glibc

/// A wgit repository: the `.wgit` folder and the working folder around it.
///
/// Each story of using it is an extension in a file of its own: `Repository+Commit.swift`, `Repository+Merge.swift`, …
/// Not for concurrent use within a process; other processes may use the same repository at any time.
package final class Repository {
  /// What the caller decides for the store, which itself reads no environment.
  package struct Settings: Sendable {
    package var workerCount: Int
    package var lockTimeoutSeconds: Double
    /// Seconds since 1970, for operations.
    package var now: @Sendable () -> Int64
    /// Opens repositories of other users too.
    package var trustsForeignOwner: Bool

    package init(
      workerCount: Int, lockTimeoutSeconds: Double = 30, now: @escaping @Sendable () -> Int64,
      trustsForeignOwner: Bool = false
    ) {
      self.workerCount = workerCount
      self.lockTimeoutSeconds = lockTimeoutSeconds
      self.now = now
      self.trustsForeignOwner = trustsForeignOwner
    }
  }

  package let layout: RepositoryLayout
  package let working: WorkingFolder
  package let store: ObjectStore
  package let settings: Settings
  let database: RepositoryDatabase

  var loop: ParallelLoop { ParallelLoop(workerCount: settings.workerCount) }

  init(workingPath: String, settings: Settings) throws(StoreError) {
    layout = RepositoryLayout(root: "\(workingPath)/\(RepositoryLayout.folderName)")
    working = WorkingFolder(path: workingPath)
    self.settings = settings
    database = try RepositoryDatabase(folder: layout.root)
    store = ObjectStore(database: database, layout: layout)
  }

  /// Makes a repository in `folder`, which must exist. The `format` file comes last: without it nothing is there.
  ///
  /// - Throws: `StoreError.alreadyARepository`.
  package static func initialize(
    at folder: String, initialBranch: String, settings: Settings
  ) throws(StoreError) -> Repository {
    let path = try absolute(folder)
    let layout = RepositoryLayout(root: "\(path)/\(RepositoryLayout.folderName)")
    guard access(layout.formatFile, F_OK) != 0 else {
      throw StoreError(.alreadyARepository, "'\(layout.root)' is a repository already", subjects: [layout.root])
    }
    let branch = try RefName.branch(initialBranch)
    for folder in [layout.root, layout.packFolder, layout.temporaryFolder] { try Folder.create(folder) }
    try layout.check()
    let repository = try Repository(workingPath: path, settings: settings)
    let lock = try repository.lock()
    guard access(layout.formatFile, F_OK) != 0 else {
      throw StoreError(.alreadyARepository, "'\(layout.root)' is a repository already", subjects: [layout.root])
    }
    try repository.database.migrate()
    try repository.database.write { try RefTable.setHead(.branch(branch), in: $0) }
    try RepositoryFormat.newest.write(to: layout)
    withExtendedLifetime(lock) {}
    return repository
  }

  /// Opens the repository that `folder` lies in, looking upwards.
  ///
  /// - Throws: `StoreError.notARepository`, `.unsupportedFormat`, `.foreignOwner`; `.lostDatabase`.
  package static func open(containing folder: String, settings: Settings) throws(StoreError) -> Repository {
    let (path, layout) = try locate(containing: folder, settings: settings)
    guard RepositoryDatabase.exists(in: layout.root) else {
      throw StoreError(.lostDatabase, "'\(layout.root)' has lost its database '\(RepositoryDatabase.fileName)'")
    }
    let repository = try Repository(workingPath: path, settings: settings)
    try repository.database.migrate()
    return repository
  }

  /// The working folder of the repository that `folder` lies in.
  static func locate(
    containing folder: String, settings: Settings
  ) throws(StoreError) -> (path: String, layout: RepositoryLayout) {
    let start = try absolute(folder)
    var path = start
    while true {
      let layout = RepositoryLayout(root: "\(path == "/" ? "" : path)/\(RepositoryLayout.folderName)")
      if access(layout.formatFile, F_OK) == 0 {
        try check(layout, settings: settings)
        return (path, layout)
      }
      guard path != "/" else {
        throw StoreError(.notARepository, "neither '\(start)' nor a folder above it is a wgit repository")
      }
      path = Folder.parent(of: path)
    }
  }

  private static func check(_ layout: RepositoryLayout, settings: Settings) throws(StoreError) {
    var status = stat()
    guard stat(layout.root, &status) == 0 else { throw .system("examine", layout.root, errno: errno) }
    guard status.st_uid == geteuid() || settings.trustsForeignOwner else {
      throw StoreError(
        .foreignOwner, "'\(layout.root)' belongs to user \(status.st_uid), you are user \(geteuid())",
        subjects: [layout.root])
    }
    try layout.check()
    _ = try RepositoryFormat(reading: layout)
  }

  private static func absolute(_ folder: String) throws(StoreError) -> String {
    guard let resolved = realpath(folder, nil) else { throw .system("find", folder, errno: errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  func lock() throws(StoreError) -> WriterLock {
    guard !database.isReadOnly else {
      throw StoreError(.permissionDenied, "'\(layout.root)' cannot be written to")
    }
    return try WriterLock(layout, timeoutSeconds: settings.lockTimeoutSeconds)
  }
}
