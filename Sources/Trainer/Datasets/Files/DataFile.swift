import Documents
import Glibc

/// A data file whose bytes are read when they are asked for, so that it may be larger than memory; or bytes in memory
/// that are used the same way.
///
/// Reading is by `pread`, not by mapping: a mapped file that is cut short kills its reader. Every read also sees to it
/// that the file is still the one that was opened and hashed.
package final class DataFile: Sendable {
  private enum Storage: Sendable {
    case descriptor(Int32, FileVersion)
    case memory(ByteBlock)
  }

  /// As messages call it.
  package let name: String
  package let byteCount: Int
  private let storage: Storage

  /// Opens a regular file.
  ///
  /// - Throws: `TrainerError` with code `ioFailure`.
  package init(path: String, name: String) throws {
    // O_NONBLOCK: a named pipe must not keep us waiting for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DataFile.failure("open", path) }
    do {
      let version = try FileVersion(descriptor, name: path)
      self.name = name
      byteCount = version.byteCount
      storage = .descriptor(descriptor, version)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// A file of bytes in memory.
  init(_ block: ByteBlock, name: String) {
    self.name = name
    byteCount = block.count
    storage = .memory(block)
  }

  package convenience init(bytes: [UInt8], name: String) throws {
    self.init(try ByteBlock(bytes), name: name)
  }

  deinit {
    if case .descriptor(let descriptor, _) = storage { close(descriptor) }
  }

  var isInMemory: Bool {
    if case .memory = storage { true } else { false }
  }

  /// Fills the buffer with the bytes from `offset` on.
  ///
  /// - Throws: `TrainerError` with code `malformedDataFile` if the file ends earlier or was changed since it was opened.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    guard offset >= 0, offset <= byteCount, buffer.count <= byteCount - offset else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) has \(byteCount) bytes; \(buffer.count) are wanted from byte \(offset) on")
    }
    switch storage {
    case .memory(let block):
      buffer.copyMemory(from: UnsafeRawBufferPointer(start: block.start + offset, count: buffer.count))
    case .descriptor(let descriptor, let version):
      try fill(buffer, from: descriptor, at: offset)
      guard try FileVersion(descriptor, name: name) == version else {
        throw TrainerError(.malformedDataFile, "\(name.quoted()) was changed while it was in use")
      }
    }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let received = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
      if received < 0 && errno == EINTR { continue }
      guard received >= 0 else { throw DataFile.failure("read", name) }
      guard received > 0 else {
        throw TrainerError(
          .malformedDataFile, "\(name.quoted()) ends at byte \(offset + done); it was cut short while it was in use")
      }
      done += received
    }
  }

  func read(at offset: Int, count: Int) throws -> [UInt8] {
    guard count > 0 else { return [] }
    // Before memory is taken for bytes that are not there.
    guard offset >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) has \(byteCount) bytes; \(count) are wanted from byte \(offset) on")
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      filled = count
    }
  }

  /// Calls `body` with bytes of the file: where they lie, if they are in memory, else a copy.
  func withBytes<Result>(
    at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    if case .memory(let block) = storage, offset >= 0, offset <= byteCount, count <= byteCount - offset {
      return try body(UnsafeRawBufferPointer(start: block.start + offset, count: count))
    }
    return try withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { buffer in
      try read(into: buffer, at: offset)
      return try body(UnsafeRawBufferPointer(buffer))
    }
  }

  static func failure(_ verb: String, _ path: String) -> TrainerError {
    TrainerError(.ioFailure, "cannot \(verb) \(path.quoted()): \(String(cString: strerror(errno)))")
  }
}

/// What tells one version of a file from another without reading it.
private struct FileVersion: Equatable, Sendable {
  let byteCount: Int
  private let changed: [Int]

  /// - Throws: `TrainerError` with code `ioFailure` for what is not a regular file.
  init(_ descriptor: Int32, name: String) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw DataFile.failure("examine", name) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TrainerError(.ioFailure, "\(name.quoted()) is not a regular file")
    }
    byteCount = Int(status.st_size)
    changed = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
  }
}
