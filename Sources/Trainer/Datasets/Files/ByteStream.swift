import CZlib
import Documents

/// The content of a data file from its first byte to its last, inflated while it is read if the file is gzip.
///
/// Cost: 256 KiB for the compressed bytes at hand, whatever the file's size.
final class ByteStream {
  enum Encoding {
    /// gzip if the bytes begin as gzip does, else as they are.
    case detected
    /// As the bytes are.
    case stored
    /// Deflate without framing, as in a ZIP archive.
    case deflate
  }

  private let file: DataFile
  private let range: Range<Int>
  private let name: String
  private let encodingName: String
  private let input: ByteBlock
  /// The bytes of the file in `input` that are not consumed yet: from `inputStart`, `inputCount` of them.
  private var (inputStart, inputCount) = (0, 0)
  /// Bytes of the file that were brought to `input`, and bytes of content that were handed out.
  private var fetched = 0
  private(set) var position = 0
  /// On the heap, because zlib remembers its address.
  private var inflater: UnsafeMutablePointer<z_stream>?
  private var isEnded = false

  private static let inputByteCount = 1 << 18

  /// - Parameters:
  ///   - range: the bytes of the file that hold the stream; all of them unless given.
  ///   - name: how messages call the stream; the file's name unless given.
  init(_ file: DataFile, range: Range<Int>? = nil, name: String? = nil, encoding: Encoding = .detected) throws {
    self.file = file
    self.range = range ?? 0..<file.byteCount
    self.name = name ?? file.name
    encodingName = encoding == .deflate ? "deflate" : "gzip"
    input = try ByteBlock(count: Self.inputByteCount)
    try fetch()
    let isGzip = inputCount >= 2 && input.bytes[0] == 0x1F && input.bytes[1] == 0x8B
    guard encoding == .deflate || (encoding == .detected && isGzip) else { return }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // The largest window: 15 + 16 with gzip framing, -15 without framing.
    let windowBits: Int32 = encoding == .deflate ? -15 : 15 + 16
    let status = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw TrainerError(.resourceLimit, "zlib cannot start to inflate \(self.name.quoted()) (\(status))")
    }
    inflater = stream
  }

  deinit {
    guard let inflater else { return }
    inflateEnd(inflater)
    inflater.deallocate()
  }

  var isCompressed: Bool { inflater != nil }

  /// More content than this cannot follow: deflate turns one byte into at most 1032.
  var remainingLimit: Int {
    let left = range.count - fetched + inputCount
    guard isCompressed else { return left }
    let (product, overflow) = left.multipliedReportingOverflow(by: 1032)
    return overflow ? .max : product + (1 << 16)
  }

  /// Reads exactly `count` bytes of content.
  func read(_ count: Int) throws -> [UInt8] {
    guard count > 0 else { return [] }
    guard count <= remainingLimit else { throw missing(count) }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// Reads exactly as much content as the buffer takes.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws {
    let filled = try fill(buffer)
    guard filled == buffer.count else { throw missing(buffer.count - filled) }
  }

  private func missing(_ count: Int) -> TrainerError {
    TrainerError(
      .malformedDataFile, "\(name.quoted()) ends at byte \(position), \(count) bytes before its header says")
  }

  /// Refuses content, and bytes of the file, that nobody read.
  func finish() throws {
    var extra: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &extra) { try fill($0) }
    guard count == 0 else {
      throw TrainerError(.malformedDataFile, "\(name.quoted()) goes on after byte \(position - 2), where its data end")
    }
    try checkEnd()
  }

  /// Refuses a file that does not end where its content does.
  func checkEnd() throws {
    let consumed = fetched - inputCount
    guard !isCompressed || isEnded else {
      throw TrainerError(
        .malformedDataFile, "\(name.quoted()) ends at byte \(consumed), before the end of its \(encodingName) stream")
    }
    guard consumed == range.count else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) has \(range.count - consumed) bytes after the end of its \(encodingName) stream "
          + "at byte \(consumed)"
      )
    }
  }

  /// Fills the buffer as far as there is content; returns how far.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      if inputCount == 0 { try fetch() }
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try isCompressed ? inflate(into: rest) : copy(into: rest)
      if count == 0 && (isEnded || inputCount == 0) { break }
      filled += count
    }
    position += filled
    return filled
  }

  private func fetch() throws {
    let count = min(Self.inputByteCount, range.count - fetched)
    (inputStart, inputCount) = (0, count)
    guard count > 0 else { return }
    try file.read(
      into: UnsafeMutableRawBufferPointer(start: input.start, count: count), at: range.lowerBound + fetched)
    fetched += count
  }

  private func copy(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, inputCount)
    buffer.copyMemory(from: UnsafeRawBufferPointer(start: input.start + inputStart, count: count))
    (inputStart, inputCount) = (inputStart + count, inputCount - count)
    return count
  }

  /// Inflates as much as the input at hand gives.
  private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let stream = inflater, !isEnded else { return 0 }
    let space = min(buffer.count, 1 << 30)
    stream.pointee.next_in = (input.start + inputStart).assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(inputCount)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(space)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    let consumed = inputCount - Int(stream.pointee.avail_in)
    (inputStart, inputCount) = (inputStart + consumed, inputCount - consumed)
    isEnded = status == Z_STREAM_END
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) is damaged: zlib reports \(status) at byte \(fetched - inputCount) of the file")
    }
    return space - Int(stream.pointee.avail_out)
  }
}
