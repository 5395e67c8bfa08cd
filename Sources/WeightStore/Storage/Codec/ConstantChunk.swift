#if canImport(Glibc)
  import Glibc
#endif

/// The `constant` encoding: one element that fills the chunk. Payload: the element's bytes, 1, 2, 4 or 8.
enum ConstantChunk {
  /// `nil` unless all elements are equal.
  static func encode(_ bytes: UnsafeRawBufferPointer, width: Int) -> [UInt8]? {
    guard let start = bytes.baseAddress, bytes.count > width, bytes.count.isMultiple(of: width) else { return nil }
    guard memcmp(start, start + width, bytes.count - width) == 0 else { return nil }
    return Array(bytes[..<width])
  }

  static func decode(
    _ payload: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer
  ) throws(StoreError) {
    guard [1, 2, 4, 8].contains(payload.count), bytes.count.isMultiple(of: payload.count) else {
      throw StoreError(
        .corruptObject, "an element of \(payload.count) bytes cannot fill \(bytes.count) bytes")
    }
    for start in stride(from: 0, to: bytes.count, by: payload.count) {
      UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + payload.count)]).copyMemory(from: payload)
    }
  }
}
