import WeightStore

/// A file that a command writes beside its output. It appears whole or not at all.
enum ReportFile {
  static func write(_ text: String, to path: String) throws {
    let folder = Folder.parent(of: path)
    guard Folder.isFolder(folder) else { throw CommandError(.notFound, "there is no folder '\(folder)'") }
    try AtomicFile.write(Array(text.utf8), to: path, temporaryFolder: folder)
  }
}
