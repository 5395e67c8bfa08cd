import Synchronization
import WeightStore

/// A file of the result that several threads write.
///
/// What was written goes to the disk while the rest is computed, so that making the file durable at the end waits for
/// little.
package final class OutputFile: Sendable {
  /// How much is handed to the disk at a time: enough that a call costs little beside its bytes.
  private static let windowByteCount = 16 << 20

  private let file: OpenFile
  private let writtenByteCount = Atomic<Int>(0)

  init(_ file: OpenFile) {
    self.file = file
  }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
    try file.write(bytes, at: offset)
    let sum = writtenByteCount.wrappingAdd(bytes.count, ordering: .relaxed)
    let window = sum.newValue / OutputFile.windowByteCount
    // Threads write nearly in order: when the count is in this window, all are done with the one before the last. If one is
    // not, what it still writes waits for `synchronize`.
    guard window > sum.oldValue / OutputFile.windowByteCount, window >= 2 else { return }
    LinuxCalls.startWriting(
      file.descriptor, offset: (window - 2) * OutputFile.windowByteCount, byteCount: OutputFile.windowByteCount)
  }

  package func synchronize() throws(StoreError) { try file.synchronize() }
}
