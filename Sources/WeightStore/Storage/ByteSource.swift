import Checkpoints

/// Bytes with random access: an open file, or a checkpoint that was just trained.
package protocol ByteSource: Sendable {
  var byteCount: Int { get }
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError)
}

/// A file of the working folder, with the size it had when it was opened.
package struct FileSource: ByteSource {
  package let file: OpenFile
  package let byteCount: Int

  package init(_ file: OpenFile) throws(StoreError) {
    self.file = file
    byteCount = try file.byteCount()
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    try file.read(into: buffer, at: offset)
  }
}

/// Bytes in memory.
package struct MemorySource: ByteSource {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var byteCount: Int { bytes.count }

  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    guard offset >= 0, offset <= bytes.count, buffer.count <= bytes.count - offset else {
      throw StoreError(.inputOutput, "\(buffer.count) bytes are wanted at offset \(offset) of \(bytes.count)")
    }
    bytes.withUnsafeBytes { source in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<(offset + buffer.count)]))
    }
  }
}

extension ByteSource {
  package func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw StoreError(.inputOutput, "\(count) bytes are wanted at offset \(offset) of \(byteCount)")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withMutableRawBytes { buffer throws(StoreError) in try read(into: buffer, at: offset) }
    return bytes
  }
}

/// A file that is being written: what stands in it now can be read.
struct GrowingFile: ByteSource {
  let file: OpenFile

  /// 0 if the system does not say.
  var byteCount: Int { (try? file.byteCount()) ?? 0 }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
    try file.read(into: buffer, at: offset)
  }
}
