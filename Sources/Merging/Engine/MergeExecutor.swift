/// Runs independent pieces of work, in parallel if the caller has threads to give.
///
/// Results never depend on it: pieces are cut the same way for any number of workers, write to places of their own and
/// are put together in order.
package struct MergeExecutor: Sendable {
  package let workerCount: Int
  private let loop: @Sendable (_ count: Int, _ body: (Int) throws -> Void) throws -> Void

  /// - Parameter loop: calls `body` once for each index below `count`, from up to `workerCount` threads, and returns when
  ///   all calls have; throws one of their errors.
  package init(
    workerCount: Int, loop: @escaping @Sendable (_ count: Int, _ body: (Int) throws -> Void) throws -> Void
  ) {
    self.workerCount = max(1, workerCount)
    self.loop = loop
  }

  /// One piece after the other, on the calling thread.
  package static let serial = MergeExecutor(workerCount: 1) { count, body in
    for index in 0..<count { try body(index) }
  }

  package func run(count: Int, _ body: (Int) throws -> Void) throws {
    try loop(count, body)
  }

  /// The results of `body` for each index below `count`, in order.
  func map<Value>(count: Int, _ body: (Int) throws -> Value) throws -> [Value] {
    let slots = UnsafeMutableBufferPointer<Value?>.allocate(capacity: count)
    slots.initialize(repeating: nil)
    defer {
      slots.deinitialize()
      slots.deallocate()
    }
    // Every index is written by one call only, and read after all of them.
    try run(count: count) { slots[$0] = try body($0) }
    return slots.compactMap(\.self)
  }
}
