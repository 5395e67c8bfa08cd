import Glibc

/// The user's folder. Every access walks down from the top without following a symbolic link, so that no name in a
/// repository, and no link put there meanwhile, can lead outside.
package struct WorkingFolder: Sendable {
  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// What stands at a path. A symbolic link is `special`, wherever it leads; below one there is nothing.
  package enum Occupant {
    case nothing
    case file(FileStamp, isExecutable: Bool)
    case folder
    case special
  }

  package func occupant(of file: RelativePath) throws(StoreError) -> Occupant {
    guard let folder = try openParent(of: file, creating: false) else { return .nothing }
    var status = stat()
    guard fstatat(folder.descriptor, file.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return .nothing }
      throw .system("examine", "\(path)/\(file)", errno: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(FileStamp(status), isExecutable: status.st_mode & S_IXUSR != 0)
    case S_IFDIR: return .folder
    default: return .special
    }
  }

  /// `nil` if there is no such file.
  package func stamp(of file: RelativePath) throws(StoreError) -> (stamp: FileStamp, isExecutable: Bool)? {
    guard case .file(let stamp, let isExecutable) = try occupant(of: file) else { return nil }
    return (stamp, isExecutable)
  }

  /// Opens a regular file for reading.
  package func open(_ file: RelativePath) throws(StoreError) -> OpenFile {
    guard let folder = try openParent(of: file, creating: false) else {
      throw StoreError(.missingFile, "'\(file)' does not exist", subjects: [file.text])
    }
    // Without O_NONBLOCK, opening a named pipe would wait for its other end.
    let descriptor = openat(folder.descriptor, file.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ELOOP {
        throw StoreError(.unsupportedFile, "'\(file)' is a symbolic link", subjects: [file.text])
      }
      throw .system("open", file.text, errno: errno)
    }
    let open = OpenFile(adopting: descriptor, path: file.text)
    guard try open.status().st_mode & S_IFMT == S_IFREG else {
      throw StoreError(.unsupportedFile, "'\(file)' is not a regular file", subjects: [file.text])
    }
    return open
  }

  /// The folder that holds `file`, making it if asked; `nil` if it does not exist.
  package func openParent(of file: RelativePath, creating: Bool) throws(StoreError) -> OpenFile? {
    var folder = try OpenFile.open(path, flags: O_RDONLY | O_DIRECTORY)
    for component in file.components.dropLast() {
      var descriptor = openat(folder.descriptor, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      if descriptor < 0, errno == ENOENT, creating {
        guard mkdirat(folder.descriptor, component, 0o777) == 0 || errno == EEXIST else {
          throw .system("create folder", "\(folder.path)/\(component)", errno: errno)
        }
        try folder.synchronize()
        descriptor = openat(folder.descriptor, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      }
      guard descriptor >= 0 else {
        if !creating, errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return nil }
        if errno == ELOOP || errno == ENOTDIR {
          throw StoreError(
            .unsafePath, "'\(file)' would be written through '\(component)', which is not a folder",
            subjects: [file.text])
        }
        throw .system("open folder", "\(folder.path)/\(component)", errno: errno)
      }
      folder = OpenFile(adopting: descriptor, path: "\(folder.path)/\(component)")
    }
    return folder
  }

  /// Removes a file and the folders that it leaves empty. A missing file is fine.
  package func remove(_ file: RelativePath) throws(StoreError) {
    guard let folder = try openParent(of: file, creating: false) else { return }
    guard unlinkat(folder.descriptor, file.name, 0) == 0 || errno == ENOENT || errno == EISDIR else {
      throw .system("remove", file.text, errno: errno)
    }
    try folder.synchronize()
    for ancestor in file.ancestors.reversed() {
      guard let parent = try openParent(of: ancestor, creating: false),
        unlinkat(parent.descriptor, ancestor.name, AT_REMOVEDIR) == 0
      else { return }
    }
  }

  /// Removes a folder in which nothing but folders stands.
  ///
  /// - Returns: whether it is gone.
  package func removeEmptyFolder(_ folder: RelativePath) throws(StoreError) -> Bool {
    guard let parent = try openParent(of: folder, creating: false) else { return true }
    return WorkingFolder.removeEmptyFolder(folder.name, in: parent)
  }

  private static func removeEmptyFolder(_ name: String, in parent: OpenFile) -> Bool {
    if unlinkat(parent.descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
    guard errno == ENOTEMPTY || errno == EEXIST else { return false }
    let descriptor = openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    let folder = OpenFile(adopting: descriptor, path: "\(parent.path)/\(name)")
    guard let names = try? Folder.names(in: folder), names.allSatisfy({ removeEmptyFolder($0.text, in: folder) }) else {
      return false
    }
    return unlinkat(parent.descriptor, name, AT_REMOVEDIR) == 0
  }
}
