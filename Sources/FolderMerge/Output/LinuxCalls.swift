import Glibc

/// Calls of Linux that Swift's Glibc module does not show.
enum LinuxCalls {
  /// Two names change places in one step.
  ///
  /// - Returns: whether it happened; file systems without it say no.
  static func exchange(_ left: String, _ right: String) -> Bool {
    rename(left, right, flags: 2)
  }

  /// Renames unless the new name is taken.
  ///
  /// - Returns: 0, or the error number: `EINVAL` on file systems that cannot promise it.
  static func renameExclusively(_ old: String, _ new: String) -> Int32 {
    rename(old, new, flags: 1) ? 0 : errno
  }

  /// Sets room aside on the disk.
  ///
  /// - Returns: 0, or the error number; file systems that cannot do it are taken to have room.
  static func reserve(_ byteCount: Int, of descriptor: Int32) -> Int32 {
    typealias Call = @convention(c) (Int32, Int32, off_t, off_t) -> Int32
    guard let symbol = dlsym(nil, "fallocate") else { return 0 }
    guard unsafeBitCast(symbol, to: Call.self)(descriptor, 0, 0, off_t(byteCount)) != 0 else { return 0 }
    return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR ? 0 : errno
  }

  /// Has the kernel begin to write bytes of a file to the disk, and waits for none of it. A hint: errors show in `fsync`.
  static func startWriting(_ descriptor: Int32, offset: Int, byteCount: Int) {
    guard let call = syncFileRange else { return }
    let onlyStart: UInt32 = 2
    _ = call(descriptor, off_t(offset), off_t(byteCount), onlyStart)
  }

  private typealias SyncFileRange = @convention(c) (Int32, off_t, off_t, UInt32) -> Int32
  private static let syncFileRange = dlsym(nil, "sync_file_range").map { unsafeBitCast($0, to: SyncFileRange.self) }

  private static func rename(_ old: String, _ new: String, flags: UInt32) -> Bool {
    typealias Call = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else {
      errno = EINVAL
      return false
    }
    return unsafeBitCast(symbol, to: Call.self)(AT_FDCWD, old, AT_FDCWD, new, flags) == 0
  }
}
