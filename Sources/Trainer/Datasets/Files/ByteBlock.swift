import Glibc

/// Bytes in memory that were asked for by the thousand million: a request that the system refuses is an error, where an
/// array would end the process.
///
/// `@unchecked Sendable`: filled by its maker, then only read.
final class ByteBlock: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let count: Int

  /// Bytes whose values are not set. Untouched pages cost nothing.
  ///
  /// - Throws: `TrainerError` with code `resourceLimit`.
  init(count: Int) throws {
    guard let start = malloc(max(1, count)) else {
      throw TrainerError(.resourceLimit, "there is no memory for \(count) bytes")
    }
    self.start = start
    self.count = count
  }

  convenience init(_ bytes: [UInt8]) throws {
    try self.init(count: bytes.count)
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: start, count: count).copyMemory(from: $0) }
  }

  deinit { free(start) }

  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: start, count: count) }
}
