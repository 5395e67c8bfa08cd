import Glibc

/// Lists the regular files below a folder of the working folder. Control folders are skipped; symbolic links, special
/// files and names that are not UTF-8 are reported, not followed.
package struct FolderWalk: Sendable {
  package private(set) var files: [RelativePath] = []
  package private(set) var skipped: [String] = []
  /// Control folders of other repositories, such as `lib/.git`. They are nobody's to list or to remove.
  private(set) var controlFolders: [String] = []

  /// - Parameters:
  ///   - start: `nil` for the whole working folder.
  ///   - obeysIgnoreFiles: passes over what a `.wgitignore` excludes.
  package init(
    _ working: WorkingFolder, below start: RelativePath?, obeysIgnoreFiles: Bool = false
  ) throws(StoreError) {
    let prefix = start.map { "\($0.text)/" } ?? ""
    // The walk opens `<start>/x`'s parent, which is `start` itself: no link on the way is followed.
    let probe = try RelativePath(prefix + "x")
    guard let folder = try working.openParent(of: probe, creating: false) else { return }
    var rules: IgnoreRules?
    if obeysIgnoreFiles {
      if let start, try IgnoreRules.ignores(start, isFolder: true, in: working) { return }
      rules = try IgnoreRules(working, above: start)
    }
    try visit(folder, prefix: prefix, rules)
    files.sort()
    skipped.sort()
  }

  private mutating func visit(
    _ folder: OpenFile, prefix: String, _ outerRules: IgnoreRules?
  ) throws(StoreError) {
    let names = try Folder.names(in: folder)
    var rules = outerRules
    if rules != nil, names.contains(where: { $0.text == IgnoreRules.fileName }),
      let file = try FolderWalk.openFile(IgnoreRules.fileName, in: folder, prefix: prefix)
    {
      try rules?.add(file, prefix: prefix)
    }
    for name in names {
      guard name.isUTF8 else {
        skipped.append(prefix + name.text)
        continue
      }
      if RelativePath.isControlFolder(name.text) {
        controlFolders.append(prefix + name.text)
        continue
      }
      try visit(name.text, in: folder, prefix: prefix, rules)
    }
  }

  /// A link, or anything else that is no regular file, says nothing.
  private static func openFile(_ name: String, in folder: OpenFile, prefix: String) throws(StoreError) -> OpenFile? {
    let descriptor = openat(folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ELOOP || errno == ENOENT { return nil }
      throw .system("open", prefix + name, errno: errno)
    }
    let file = OpenFile(adopting: descriptor, path: prefix + name)
    return try file.status().st_mode & S_IFMT == S_IFREG ? file : nil
  }

  private mutating func visit(
    _ name: String, in folder: OpenFile, prefix: String, _ rules: IgnoreRules?
  ) throws(StoreError) {
    var status = stat()
    guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return }
      throw .system("examine", prefix + name, errno: errno)
    }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    if rules?.ignores(prefix + name, isFolder: isFolder) == true { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: files.append(try RelativePath(prefix + name))
    case S_IFDIR:
      let descriptor = openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == ENOENT { return }
        throw .system("open folder", prefix + name, errno: errno)
      }
      try visit(OpenFile(adopting: descriptor, path: prefix + name), prefix: "\(prefix)\(name)/", rules)
    default: skipped.append(prefix + name)
    }
  }
}
