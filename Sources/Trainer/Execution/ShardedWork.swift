import Dispatch
import Synchronization

/// Runs numbered shards of work on a fixed number of threads.
///
/// Which thread takes which shard depends on timing; what a shard computes must not. Every shard therefore writes to a
/// place of its own, and results are combined afterwards in shard order.
struct ShardedWork: Sendable {
  let threadCount: Int

  init(threadCount: Int) {
    self.threadCount = max(1, threadCount)
  }

  /// Calls `body(worker, shard)` once for every shard in `0..<shardCount`; `worker` is below `threadCount` and no two
  /// calls with the same worker overlap, so it may index workspaces.
  ///
  /// - Throws: the error of the first shard, in shard order, whose body throws; shards after one that threw may be left
  ///   out.
  func run<Failure: Error>(
    shardCount: Int, _ body: @Sendable (_ worker: Int, _ shard: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let workerCount = min(threadCount, shardCount)
    guard workerCount > 1 else {
      for shard in 0..<shardCount { try body(0, shard) }
      return
    }
    let next = Atomic<Int>(0)
    let first = Mutex<(shard: Int, failure: Failure)?>(nil)
    DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
      while true {
        // Shards are handed out in order, so all before one that threw are done or under way.
        let shard = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard shard < shardCount else { return }
        do throws(Failure) {
          try body(worker, shard)
        } catch {
          next.store(shardCount, ordering: .relaxed)
          first.withLock { if shard < $0?.shard ?? .max { $0 = (shard, error) } }
        }
      }
    }
    if let failure = first.withLock({ $0?.failure }) { throw failure }
  }
}
