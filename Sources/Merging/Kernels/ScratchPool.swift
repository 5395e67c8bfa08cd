import Synchronization

/// Memory for the inputs that are being worked on, handed from one piece of work to the next: the pages of a fresh buffer cost
/// as much as reading into them.
final class ScratchPool: @unchecked Sendable {
  // Sendable: a buffer is the pool's, or that of the one piece of work that took it.
  static let shared = ScratchPool()

  /// Buffers of pieces grow in steps, so that pieces of nearly the same size take the same ones.
  private static let granularity = 256 << 10
  /// What waits at most: larger buffers, and more of them, go back to the system.
  private static let capacity = 8
  private static let largestByteCount = 8 << 20

  private let lock = Mutex<Void>(())
  private var idle: [UnsafeMutableRawBufferPointer] = []

  /// At least so many bytes, whose contents are whatever was there.
  func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    let found = lock.withLock { _ in
      idle.lastIndex { $0.count >= byteCount }.map { idle.remove(at: $0) }
    }
    let wanted = (byteCount / ScratchPool.granularity + 1) * ScratchPool.granularity
    return found ?? .allocate(byteCount: wanted, alignment: 64)
  }

  func put(_ buffer: UnsafeMutableRawBufferPointer) {
    let isKept = lock.withLock { _ in
      guard idle.count < ScratchPool.capacity, buffer.count <= ScratchPool.largestByteCount else { return false }
      idle.append(buffer)
      return true
    }
    if !isKept { buffer.deallocate() }
  }
}
