/// The loss and its gradient over a batch, on any number of threads with the same bits.
///
/// A batch is cut into shards of `shardSize` samples. A thread takes one shard at a time through the whole network,
/// forward and backward, in a workspace of its own, and leaves the shard's gradient in a slot of the shard's own. The
/// slots are added in shard order: which thread did what, and how many there were, cannot be seen in the result.
///
/// `@unchecked Sendable`: a worker's workspace and a shard's slot are touched by one thread at a time.
final class GradientPass: @unchecked Sendable {
  /// Fixed: another size gives other bits.
  static let shardSize = 8
  /// Floats the slots may take together before a batch is worked off in several waves. Waves do not change the sums.
  private static let slotBudget = 1 << 24

  private let network: Network
  private let loss: any Loss
  private let work: ShardedWork
  private let workspaces: [Workspace]
  private let slots: FloatBuffer
  private let slotCount: Int
  private var shardLosses: [Double]

  /// The gradient `run` leaves, of the mean loss over the batch.
  let gradient: FloatBuffer

  init(_ network: Network, loss: any Loss, batchSize: Int, threadCount: Int, blas: BLAS) throws {
    let shardCount = (batchSize + Self.shardSize - 1) / Self.shardSize
    work = ShardedWork(threadCount: min(threadCount, shardCount))
    slotCount = min(shardCount, max(work.threadCount, Self.slotBudget / max(1, network.parameterCount)))
    workspaces = try (0..<work.threadCount).map { _ in
      try Workspace(network, sampleLimit: Self.shardSize, blas: blas)
    }
    slots = FloatBuffer(count: slotCount * network.parameterCount)
    gradient = FloatBuffer(count: network.parameterCount)
    shardLosses = Array(repeating: 0, count: slotCount)
    self.network = network
    self.loss = loss
  }

  /// The mean loss over a batch.
  ///
  /// DType: gradients f32, summed in f32 in shard order; losses f64.
  func run(parameters: FloatBuffer, batch: Batch) -> Double {
    let shardCount = (batch.count + Self.shardSize - 1) / Self.shardSize
    var total = 0.0
    for wave in stride(from: 0, to: shardCount, by: slotCount) {
      let waveCount = min(slotCount, shardCount - wave)
      shardLosses.withUnsafeMutableBufferPointer { losses in
        nonisolated(unsafe) let losses = losses
        work.run(shardCount: waveCount) { worker, slot in
          let first = (wave + slot) * Self.shardSize
          losses[slot] = runShard(
            workspaces[worker], parameters: parameters, batch: batch,
            positions: first..<min(first + Self.shardSize, batch.count), slot: slot)
        }
        for slot in 0..<waveCount { total += losses[slot] }
      }
      addSlots(waveCount, toGradient: wave > 0)
    }
    return total / Double(batch.count)
  }

  private func runShard(
    _ workspace: Workspace, parameters: FloatBuffer, batch: Batch, positions: Range<Int>, slot: Int
  ) -> Double {
    workspace.input.update(
      from: batch.input(positions.lowerBound), count: positions.count * batch.inputShape.elementCount)
    workspace.forward(parameters: parameters.start, sampleCount: positions.count)
    let sum = batch.labels.withUnsafeBufferPointer { labels in
      loss.evaluate(
        logits: workspace.output, labels: UnsafeBufferPointer(rebasing: labels[positions]),
        classCount: network.chain.output.elementCount, scale: 1 / Float(batch.count),
        gradient: workspace.outputGradient)
    }
    workspace.backward(
      parameters: parameters.start, parameterGradient: slots.start + slot * network.parameterCount,
      sampleCount: positions.count)
    return sum
  }

  /// gradient <- (gradient or 0) + slot 0 + slot 1 + …, in that order for every element; threads share the elements
  /// out.
  private func addSlots(_ count: Int, toGradient isContinued: Bool) {
    let parameterCount = network.parameterCount
    work.run(shardCount: (parameterCount + Self.blockSize - 1) / Self.blockSize) { _, block in
      let first = block * Self.blockSize
      let elementCount = min(Self.blockSize, parameterCount - first)
      let total = gradient.start + first
      if !isContinued { total.update(repeating: 0, count: elementCount) }
      for slot in 0..<count {
        let values = slots.start + slot * parameterCount + first
        for index in 0..<elementCount { total[index] += values[index] }
      }
    }
  }

  /// Elements summed at a time: 16 KiB, so that the sums stay in the first cache.
  private static let blockSize = 4096
}
