/// Fills a buffer of fixed size with a payload. Bytes that do not fit are dropped, and `isOverfull` tells so: the
/// payload is then larger than what it stands for and nobody wants it.
struct PayloadWriter {
  private let buffer: UnsafeMutableRawBufferPointer
  private(set) var count = 0
  private(set) var isOverfull = false

  init(_ buffer: UnsafeMutableRawBufferPointer) {
    self.buffer = buffer
  }

  var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count <= buffer.count - count else {
      isOverfull = true
      return
    }
    UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + bytes.count)]).copyMemory(from: bytes)
    count += bytes.count
  }

  mutating func append(_ byte: UInt8) { appendLittleEndian(byte) }

  mutating func appendLittleEndian<Word: FixedWidthInteger>(_ value: Word) {
    withUnsafeBytes(of: value.littleEndian) { append($0) }
  }
}
