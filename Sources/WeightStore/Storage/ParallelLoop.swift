import Dispatch
import Synchronization

/// Runs independent pieces of work on a fixed number of threads; the first error, in index order, is thrown at the end.
package struct ParallelLoop: Sendable {
  package let workerCount: Int

  package init(workerCount: Int) {
    self.workerCount = max(1, workerCount)
  }

  /// Calls `body` once for each index below `count`. The order of calls is not defined; results must go to slots of
  /// their own, so that the outcome does not depend on the number of workers.
  package func run(count: Int, _ body: (Int) throws -> Void) throws {
    if workerCount == 1 || count < 2 {
      for index in 0..<count { try body(index) }
      return
    }
    // Not Sendable, but the callers keep the promise that indices do not share what they write.
    nonisolated(unsafe) let body = body
    let next = Atomic<Int>(0)
    let failures = Mutex<[Int: any Error]>([:])
    DispatchQueue.concurrentPerform(iterations: min(workerCount, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do {
          try body(index)
        } catch {
          failures.withLock { $0[index] = error }
        }
      }
    }
    if let first = failures.withLock({ failures in failures.keys.min().flatMap { failures[$0] } }) { throw first }
  }
}

/// Slots that workers fill one each; reading starts after the loop has ended.
final class WorkerSlots<Value>: @unchecked Sendable {
  // Sendable: every index is written by one worker only, and `ParallelLoop.run` returns after all of them.
  private let storage: UnsafeMutableBufferPointer<Value?>

  init(count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: nil)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  subscript(index: Int) -> Value? {
    get { storage[index] }
    set { storage[index] = newValue }
  }
}
