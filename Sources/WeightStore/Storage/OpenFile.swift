import Glibc

/// An open file: reads and writes are complete or throw, interruptions are retried, closing is automatic.
package final class OpenFile: @unchecked Sendable {
  // Sendable: the descriptor never changes, and pread/pwrite take their own offset.
  package let descriptor: Int32
  package let path: String

  package init(adopting descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  package static func open(_ path: String, flags: Int32, mode: mode_t = 0o666) throws(StoreError) -> OpenFile {
    while true {
      let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
      if descriptor >= 0 { return OpenFile(adopting: descriptor, path: path) }
      if errno != EINTR { throw .system("open", path, errno: errno) }
    }
  }

  /// Opens a regular file for reading. A symbolic link, a pipe or a device is refused, and nothing waits for its other end.
  package static func openRegular(_ path: String) throws(StoreError) -> OpenFile {
    let file = try open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw StoreError(.unsupportedFile, "'\(path)' is not a regular file", subjects: [path])
    }
    return file
  }

  package func status() throws(StoreError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("examine", path, errno: errno) }
    return status
  }

  package func byteCount() throws(StoreError) -> Int { Int(try status().st_size) }

  /// Fills the whole buffer from `offset`; a file that ends earlier is an error, never a short result.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    var done = 0
    while done < buffer.count {
      let target = buffer.baseAddress.map { $0 + done }
      let count = pread(descriptor, target, buffer.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("read", path, errno: errno)
      }
      if count == 0 {
        throw StoreError(
          .inputOutput, "'\(path)' ends at byte \(offset + done), \(buffer.count - done) bytes earlier than expected")
      }
      done += count
    }
  }

  package func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    guard count > 0 else { return [] }
    // Before memory is taken for bytes that are not there.
    let byteCount = try byteCount()
    guard offset >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw StoreError(
        .inputOutput, "'\(path)' has \(byteCount) bytes; \(count) are wanted from byte \(offset)")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableRawBytes { buffer throws(StoreError) in try read(into: buffer, at: offset) }
    return bytes
  }

  /// Appends at the file position; all bytes or an error.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("write", path, errno: errno)
      }
      guard count > 0 else { throw StoreError(.inputOutput, "cannot write '\(path)': the system takes no bytes") }
      done += count
    }
  }

  /// Writes all bytes from `offset` on, wherever the file position is.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("write", path, errno: errno)
      }
      guard count > 0 else { throw StoreError(.inputOutput, "cannot write '\(path)': the system takes no bytes") }
      done += count
    }
  }

  /// An error here is final: the kernel may have dropped the dirty pages, so retrying proves nothing.
  package func synchronize() throws(StoreError) {
    while fsync(descriptor) != 0 {
      // An interruption is no error: nothing was tried yet.
      guard errno == EINTR else { throw .system("make durable", path, errno: errno) }
    }
  }
}
