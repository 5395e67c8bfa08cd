import Glibc

/// Lists the regular files below a folder of the working folder. Control folders are skipped; symbolic links and special
/// files are reported, not followed.
package struct FolderWalk: Sendable {
  package private(set) var files: [RelativePath] = []
  package private(set) var skipped: [String] = []

  /// `start` is `nil` for the whole working folder.
  package init(_ working: WorkingFolder, below start: RelativePath?) throws(StoreError) {
    let prefix = start.map { "\($0.text)/" } ?? ""
    // The walk opens `<start>/x`'s parent, which is `start` itself: no link on the way is followed.
    let probe = try RelativePath(prefix + "x")
    guard let folder = try working.openParent(of: probe, creating: false) else { return }
    try visit(folder, prefix: prefix)
    files.sort()
    skipped.sort()
  }

  private mutating func visit(_ folder: OpenFile, prefix: String) throws(StoreError) {
    let copy = dup(folder.descriptor)
    guard copy >= 0, let stream = fdopendir(copy) else { throw .system("list", folder.path, errno: errno) }
    let names = Folder.names(of: stream)
    closedir(stream)
    for name in names where !RelativePath.isControlFolder(name) {
      var status = stat()
      guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: files.append(try RelativePath(prefix + name))
      case S_IFDIR:
        let descriptor = openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open folder", prefix + name, errno: errno) }
        try visit(OpenFile(adopting: descriptor, path: prefix + name), prefix: "\(prefix)\(name)/")
      default: skipped.append(prefix + name)
      }
    }
  }
}
