import CZlib
import Documents

/// The content of a file in memory, inflated while it is read if the file is gzip.
final class ByteStream {
  private let bytes: [UInt8]
  private let name: String
  /// How much of `bytes` was consumed, and how much content was produced.
  private var consumedCount = 0
  private(set) var position = 0
  /// On the heap, because zlib remembers its address.
  private var inflater: UnsafeMutablePointer<z_stream>?
  private var isEnded = false

  /// - Parameter name: how messages call the file.
  init(_ bytes: [UInt8], name: String) throws {
    self.bytes = bytes
    self.name = name
    guard bytes.starts(with: [0x1F, 0x8B]) else { return }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 + 16: the largest window, gzip framing only.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw TrainerError(.resourceLimit, "zlib cannot start to inflate \(name.quoted()) (\(status))")
    }
    inflater = stream
  }

  deinit {
    guard let inflater else { return }
    inflateEnd(inflater)
    inflater.deallocate()
  }

  /// More content than this cannot follow: deflate turns one byte into at most 1032.
  var remainingLimit: Int {
    (bytes.count - consumedCount) * (inflater == nil ? 1 : 1032) + (inflater == nil ? 0 : 1 << 16)
  }

  /// Reads exactly `count` bytes of content.
  func read(_ count: Int) throws -> [UInt8] {
    guard count > 0 else { return [] }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try fill(buffer)
      guard filled == count else {
        throw TrainerError(
          .malformedDataFile,
          "\(name.quoted()) ends at byte \(position), \(count - filled) bytes before its header says")
      }
    }
  }

  /// Refuses content, and bytes of the file, that nobody read.
  func finish() throws {
    var extra: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &extra) { try fill($0.bindMemory(to: UInt8.self)) }
    guard count == 0 else {
      throw TrainerError(.malformedDataFile, "\(name.quoted()) goes on after byte \(position - 1), where its data end")
    }
    guard inflater == nil || isEnded else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) ends at byte \(consumedCount), before the end of its gzip stream")
    }
    guard consumedCount == bytes.count else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) has \(bytes.count - consumedCount) bytes after the end of its gzip stream "
          + "at byte \(consumedCount)"
      )
    }
  }

  /// Fills the buffer as far as there is content; returns how far.
  private func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    let count = try inflater == nil ? copy(into: buffer) : inflate(into: buffer)
    position += count
    return count
  }

  private func copy(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let count = min(buffer.count, bytes.count - consumedCount)
    _ = buffer.update(fromContentsOf: bytes[consumedCount..<consumedCount + count])
    consumedCount += count
    return count
  }

  private func inflate(into buffer: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    guard let stream = inflater, !isEnded else { return 0 }
    var filled = 0
    let status = bytes.withUnsafeBufferPointer { input -> Int32 in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: consumedCount))
      stream.pointee.avail_in = UInt32(input.count - consumedCount)
      var status = Z_OK
      while filled < buffer.count && status == Z_OK {
        let space = min(buffer.count - filled, 1 << 30)
        stream.pointee.next_out = buffer.baseAddress?.advanced(by: filled)
        stream.pointee.avail_out = UInt32(space)
        status = CZlib.inflate(stream, Z_NO_FLUSH)
        filled += space - Int(stream.pointee.avail_out)
      }
      consumedCount = input.count - Int(stream.pointee.avail_in)
      return status
    }
    isEnded = status == Z_STREAM_END
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) is damaged: zlib reports \(status) at byte \(consumedCount) of the file")
    }
    return filled
  }
}
