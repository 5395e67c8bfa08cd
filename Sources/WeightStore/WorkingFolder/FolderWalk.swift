import Glibc

/// Lists the regular files below a folder of the working folder. Control folders are skipped; symbolic links, special
/// files and names that are not UTF-8 are reported, not followed.
package struct FolderWalk: Sendable {
  package private(set) var files: [RelativePath] = []
  package private(set) var skipped: [String] = []
  /// Control folders of other repositories, such as `lib/.git`. They are nobody's to list or to remove.
  private(set) var controlFolders: [String] = []

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
    for name in try Folder.names(in: folder) {
      guard name.isUTF8 else {
        skipped.append(prefix + name.text)
        continue
      }
      if RelativePath.isControlFolder(name.text) {
        controlFolders.append(prefix + name.text)
        continue
      }
      try visit(name.text, in: folder, prefix: prefix)
    }
  }

  private mutating func visit(_ name: String, in folder: OpenFile, prefix: String) throws(StoreError) {
    var status = stat()
    guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return }
      throw .system("examine", prefix + name, errno: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: files.append(try RelativePath(prefix + name))
    case S_IFDIR:
      let descriptor = openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == ENOENT { return }
        throw .system("open folder", prefix + name, errno: errno)
      }
      try visit(OpenFile(adopting: descriptor, path: prefix + name), prefix: "\(prefix)\(name)/")
    default: skipped.append(prefix + name)
    }
  }
}
