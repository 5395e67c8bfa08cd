import Glibc

/// Folders as the store needs them: made durably, listed, emptied.
package enum Folder {
  package static func parent(of path: String) -> String {
    // By bytes: a name that starts with a combining mark would hide its slash among `Character`s.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a folder and its name durable. An existing folder is fine; whoever made it may not have got to the end.
  package static func create(_ path: String) throws(StoreError) {
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else {
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

  /// Names in a folder, without "." and "..", sorted. A name that is not UTF-8 is given with replacement characters.
  package static func names(in path: String) throws(StoreError) -> [String] {
    try names(in: OpenFile.open(path, flags: O_RDONLY | O_DIRECTORY)).map(\.text).sorted()
  }

  /// A name in a folder. What is not UTF-8 cannot be a path of a repository.
  struct Name {
    let text: String
    let isUTF8: Bool
  }

  /// Names in an open folder, without "." and "..", in no order.
  static func names(in folder: OpenFile) throws(StoreError) -> [Name] {
    // A descriptor of its own: the stream closes it, and moves its position.
    let descriptor = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("list", folder.path, errno: errno) }
    guard let stream = fdopendir(descriptor) else {
      let number = errno
      close(descriptor)
      throw .system("list", folder.path, errno: number)
    }
    defer { closedir(stream) }
    var names: [Name] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let start = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
      let bytes = UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
      let valid = String(validating: bytes, as: UTF8.self)
      let name = Name(text: valid ?? String(decoding: bytes, as: UTF8.self), isUTF8: valid != nil)
      if name.text != ".", name.text != ".." { names.append(name) }
    }
    guard errno == 0 else { throw .system("list", folder.path, errno: errno) }
    return names
  }
}
