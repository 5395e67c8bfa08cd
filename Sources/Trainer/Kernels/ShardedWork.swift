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
  func run(shardCount: Int, _ body: @Sendable (_ worker: Int, _ shard: Int) -> Void) {
    let workerCount = min(threadCount, shardCount)
    guard workerCount > 1 else {
      for shard in 0..<shardCount { body(0, shard) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
      while true {
        let shard = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard shard < shardCount else { return }
        body(worker, shard)
      }
    }
  }
}
