import Glibc

/// The only doorway through which wgit makes files appear: temporary name, write, fsync, rename, fsync of the folder.
///
/// A reader sees the old file or the whole new one, and after `publish` returns a power cut cannot take it back.
package struct AtomicFile: ~Copyable {
  package let file: OpenFile
  private let temporaryPath: String
  private var published = false

  private static let prefix = "write-"

  /// Whether a file of this name was left by a process that did not get to its end.
  static func isTemporaryName(_ name: String) -> Bool { name.hasPrefix(prefix) }

  /// Starts a file under a temporary name in `temporaryFolder`, which must lie on the file system of the final place.
  package init(temporaryFolder: String, mode: mode_t = 0o666) throws(StoreError) {
    // The random name need not be secret: O_EXCL refuses whatever is there already.
    temporaryPath = "\(temporaryFolder)/\(AtomicFile.prefix)\(getpid())-\(UInt64.random(in: .min ... .max))"
    file = try OpenFile.open(temporaryPath, flags: O_RDWR | O_CREAT | O_EXCL, mode: mode)
  }

  deinit {
    if !published { unlink(temporaryPath) }
  }

  /// Makes the bytes durable, then gives them their name, then makes the name durable.
  package consuming func publish(to path: String) throws(StoreError) {
    try file.synchronize()
    guard rename(temporaryPath, path) == 0 else { throw .system("create", path, errno: errno) }
    published = true
    try Folder.synchronize(Folder.parent(of: path))
  }

  /// As `publish(to:)`, into an open folder, so that no symbolic link can redirect the name.
  package consuming func publish(named name: String, in folder: OpenFile) throws(StoreError) {
    try file.synchronize()
    guard renameat(AT_FDCWD, temporaryPath, folder.descriptor, name) == 0 else {
      throw .system("create", "\(folder.path)/\(name)", errno: errno)
    }
    published = true
    try folder.synchronize()
  }

  /// Writes a small file in one call.
  package static func write(_ bytes: [UInt8], to path: String, temporaryFolder: String) throws(StoreError) {
    let atomic = try AtomicFile(temporaryFolder: temporaryFolder)
    try bytes.withRawBytes { buffer throws(StoreError) in try atomic.file.write(buffer) }
    try atomic.publish(to: path)
  }
}
