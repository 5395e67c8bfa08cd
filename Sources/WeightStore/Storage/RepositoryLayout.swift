import Glibc

/// Where things stand inside `.wgit`.
package struct RepositoryLayout: Sendable {
  package static let folderName = ".wgit"
  /// The `.wgit` folder.
  package let root: String

  package init(root: String) {
    self.root = root
  }

  package var packFolder: String { "\(root)/packs" }
  package var temporaryFolder: String { "\(root)/tmp" }
  /// Training runs that have not come to their end.
  package var runFolder: String { "\(root)/runs" }
  /// Who works on which step of a recipe, and what was measured of models: all of it can be computed again.
  package var stepFolder: String { "\(root)/steps" }
  package var trashFolder: String { "\(root)/trash" }
  package var formatFile: String { "\(root)/format" }
  package var lockFile: String { "\(root)/lock" }
  package var configurationFile: String { "\(root)/config.yaml" }

  /// Refuses a `.wgit` in which something leads elsewhere: what is written or deleted there must not be somebody else's.
  ///
  /// - Throws: `StoreError.unsafePath`.
  func check() throws(StoreError) {
    let database = "\(root)/\(RepositoryDatabase.fileName)"
    for path in [packFolder, temporaryFolder, trashFolder] { try check(path, is: S_IFDIR) }
    for path in [formatFile, lockFile, configurationFile] + ["", "-wal", "-shm", "-journal"].map({ database + $0 }) {
      try check(path, is: S_IFREG)
    }
  }

  private func check(_ path: String, is kind: mode_t) throws(StoreError) {
    var status = stat()
    // What is not there is made when it is needed.
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT != kind else { return }
    throw StoreError(
      .unsafePath, "'\(path)' is not a \(kind == S_IFDIR ? "folder" : "regular file"), as it is in every repository",
      subjects: [path])
  }
}
