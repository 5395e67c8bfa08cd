/// The rows of one step, ready for a network.
///
/// `@unchecked Sendable`: written by the thread that assembles it, then read by others; `BatchLoader` hands it over.
package final class Batch: @unchecked Sendable {
  package let inputShape: ActivationShape
  /// Which rows of the examples these are.
  package private(set) var rows: [BatchRow] = []
  /// One for each row.
  package private(set) var labels: [Int32] = []
  /// The domain of each row, an index into the data set's domain names: for losses that treat domains apart.
  package private(set) var domains: [Int32] = []
  /// [count, inputShape], in memory order: images are height, width, channels.
  private var buffer: FloatBuffer

  package var count: Int { rows.count }

  package init(inputShape: ActivationShape, capacity: Int = 0) {
    self.inputShape = inputShape
    buffer = FloatBuffer(count: capacity * inputShape.elementCount)
  }

  /// The input of the row at a position of the batch.
  package func input(_ position: Int) -> UnsafePointer<Float> {
    UnsafePointer(buffer.start + position * inputShape.elementCount)
  }

  /// Rows read and transformed together by one thread.
  private static let shardSize = 8

  /// Fills the batch with rows of some examples.
  ///
  /// - Parameter seed: random transforms of training are drawn from it; nil leaves them out.
  /// - Throws: what reading the rows throws, of the first row that cannot be read.
  package func fill(
    _ rows: [BatchRow], of examples: some ExampleSource, augmentationSeed seed: UInt64?, threadCount: Int = 1
  ) throws {
    let elementCount = inputShape.elementCount
    if buffer.count < rows.count * elementCount { buffer = FloatBuffer(count: rows.count * elementCount) }
    let shardCount = (rows.count + Self.shardSize - 1) / Self.shardSize
    nonisolated(unsafe) let start = buffer.start
    try ShardedWork(threadCount: threadCount).run(shardCount: shardCount) { _, shard in
      for position in shard * Self.shardSize..<min((shard + 1) * Self.shardSize, rows.count) {
        let row = rows[position]
        try examples.copyInput(
          row: row.row, augmentation: seed.map { Augmentation(seed: $0, epoch: row.epoch) },
          into: start + position * elementCount)
      }
    }
    self.rows = rows
    labels = rows.map { examples.labels[$0.row] }
    domains = rows.map { examples.domains[$0.row] }
  }

  /// Replaces the inputs by mixtures of the batch's minibatches, which are as many as the mixtures and of equal size.
  /// Labels stay as they are.
  func mix(_ mixtures: [Mixture]) {
    precondition(count.isMultiple(of: max(1, mixtures.count)))
    Mixture.apply(mixtures, to: buffer.start, elementCount: count * inputShape.elementCount / max(1, mixtures.count))
  }
}
