import Tensors

/// Which rows each batch takes: every epoch is a random order of all rows, and batches are cut from the epochs laid end
/// to end, so that every batch is full.
///
/// Determinism: epoch e is the permutation of CounterRandom(seed, stream "batches/e").
struct BatchOrder {
  private let seed: UInt64
  private let rowCount: Int
  private var epoch = 0
  private var order: [Int] = []
  private var position = 0

  init(seed: UInt64, rowCount: Int) {
    self.seed = seed
    self.rowCount = rowCount
  }

  mutating func next(_ batchSize: Int) -> [Int] {
    guard rowCount > 0 else { return [] }
    var batch: [Int] = []
    batch.reserveCapacity(batchSize)
    while batch.count < batchSize {
      if position == order.count {
        order = CounterRandom(seed: seed, stream: "batches/\(epoch)").permutation(count: rowCount)
        position = 0
        epoch += 1
      }
      let taken = min(batchSize - batch.count, order.count - position)
      batch += order[position..<position + taken]
      position += taken
    }
    return batch
  }
}
