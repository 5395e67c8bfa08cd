/// Reads fixed-width little-endian fields from untrusted bytes; running over the end is an error.
struct ByteReader {
  private let buffer: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ buffer: UnsafeRawBufferPointer) {
    self.buffer = buffer
  }

  var isAtEnd: Bool { offset == buffer.count }

  mutating func bytes(_ count: Int) throws(StoreError) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= buffer.count - offset else {
      throw StoreError(
        .corruptObject, "\(count) bytes are wanted at offset \(offset) of \(buffer.count)")
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: buffer[offset..<(offset + count)])
  }

  mutating func byte() throws(StoreError) -> UInt8 { try bytes(1)[0] }

  mutating func word16() throws(StoreError) -> UInt16 { try integer() }
  mutating func word32() throws(StoreError) -> UInt32 { try integer() }
  mutating func word64() throws(StoreError) -> UInt64 { try integer() }

  mutating func digest() throws(StoreError) -> Digest {
    guard let digest = Digest(bytes: try bytes(Digest.byteCount)) else {
      throw StoreError(.corruptObject, "an object id is cut short at offset \(offset)")
    }
    return digest
  }

  private mutating func integer<Word: FixedWidthInteger>() throws(StoreError) -> Word {
    Word(littleEndian: try bytes(MemoryLayout<Word>.size).loadUnaligned(as: Word.self))
  }
}

extension [UInt8] {
  mutating func appendLittleEndian<Word: FixedWidthInteger>(_ value: Word) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
