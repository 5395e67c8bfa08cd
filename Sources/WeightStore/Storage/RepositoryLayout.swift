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
  package var trashFolder: String { "\(root)/trash" }
  package var formatFile: String { "\(root)/format" }
  package var lockFile: String { "\(root)/lock" }
  package var configurationFile: String { "\(root)/config.yaml" }
}
