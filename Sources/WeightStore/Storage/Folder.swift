import Glibc

/// Folders as the store needs them: made durably, listed, emptied.
package enum Folder {
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a folder and its name durable. An existing folder is fine.
  package static func create(_ path: String) throws(StoreError) {
    guard mkdir(path, 0o777) == 0 else {
      if errno == EEXIST, isFolder(path) { return }
      throw .system("create folder", path, errno: errno)
    }
    try synchronize(parent(of: path))
  }

  package static func synchronize(_ path: String) throws(StoreError) {
    try OpenFile.open(path, flags: O_RDONLY | O_DIRECTORY).synchronize()
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, without "." and "..", sorted.
  package static func names(in path: String) throws(StoreError) -> [String] {
    guard let stream = opendir(path) else { throw .system("list", path, errno: errno) }
    defer { closedir(stream) }
    return names(of: stream).sorted()
  }

  static func names(of stream: OpaquePointer) -> [String] {
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
