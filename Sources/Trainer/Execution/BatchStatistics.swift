/// The statistics of a network's batch normalisation during a pass, and the sums they are made of.
///
/// `@unchecked Sendable`: each shard adds to sums of its own; everything else is done between shards, by one thread.
final class BatchStatistics: @unchecked Sendable {
  private let network: Network
  private let isBatch: [Bool]
  private let statistics: FloatBuffer
  private let offsets: [Int]
  private let sumCount: Int
  /// [shards + 1, sumCount]: each shard's sums, and at the end their total.
  private let sums: UnsafeMutableBufferPointer<Double>
  private let shardCount: Int

  /// - Parameter usesBatch: whether statistics are taken from the batch; otherwise from the running ones.
  init(_ network: Network, usesBatch: Bool, shardCount: Int) {
    self.network = network
    self.shardCount = shardCount
    isBatch = network.operations.map { usesBatch && $0.layer is any BatchStatisticsLayer }
    var offsets: [Int] = []
    var (count, largest) = (0, 0)
    for operation in network.operations {
      offsets.append(count)
      guard let layer = operation.layer as? any BatchStatisticsLayer else { continue }
      count += (layer.statisticsCount + 15) / 16 * 16
      largest = max(largest, layer.sumCount)
    }
    self.offsets = offsets
    sumCount = usesBatch ? largest : 0
    statistics = FloatBuffer(count: count)
    sums = .allocate(capacity: sumCount * (shardCount + 1))
    sums.initialize(repeating: 0)
  }

  deinit { sums.deallocate() }

  func areOfBatch(_ operation: Int) -> Bool { isBatch[operation] }
  func values(_ operation: Int) -> UnsafeMutablePointer<Float> { statistics.start + offsets[operation] }

  /// A shard's sums, set to zero, if a phase ends with statistics.
  func clearedSums(ofShard shard: Int, for completion: PassSchedule.Completion?) -> UnsafeMutablePointer<Double>? {
    switch completion {
    case .statistics, .gradientStatistics: break
    case .meanLoss, .loss, nil: return nil
    }
    guard let start = sums.baseAddress else { return nil }
    (start + shard * sumCount).update(repeating: 0, count: sumCount)
    return start + shard * sumCount
  }

  /// Takes the statistics of every layer that does not use the batch's from the running ones.
  func restore(from state: NetworkState) {
    for (index, operation) in network.operations.enumerated() where !isBatch[index] {
      guard let layer = operation.layer as? any BatchStatisticsLayer else { continue }
      let placement = network.placements[index]
      layer.restore(
        buffers: UnsafePointer(state.buffers.start + placement.bufferOffset),
        parameters: UnsafePointer(state.parameters.start + placement.parameterOffset), statistics: values(index))
    }
  }

  /// Completes the forward statistics of a layer and updates its buffers.
  func finish(_ index: Int, sampleCount: Int, shardCount: Int, state: NetworkState) {
    let operation = network.operations[index]
    guard let layer = operation.layer as? any BatchStatisticsLayer, let total = total(shardCount) else { return }
    let placement = network.placements[index]
    var batchCount: Int64 = 1
    if let counter = placement.counter {
      batchCount = max(1, state.batchCounts[counter] &+ 1)
      state.batchCounts[counter] = batchCount
    }
    layer.finish(
      sums: total, elementCount: sampleCount * operation.inputShape.positionCount, batchCount: batchCount,
      parameters: UnsafePointer(state.parameters.start + placement.parameterOffset),
      buffers: state.buffers.start + placement.bufferOffset, statistics: values(index))
  }

  /// Completes the backward statistics of a layer and adds its parameters' gradient to `gradient`.
  func finishGradient(
    _ index: Int, sampleCount: Int, shardCount: Int, state: NetworkState, gradient: UnsafeMutablePointer<Float>?
  ) {
    let operation = network.operations[index]
    guard let layer = operation.layer as? any BatchStatisticsLayer, let total = total(shardCount) else { return }
    let offset = network.placements[index].parameterOffset
    layer.finishGradient(
      sums: total, elementCount: sampleCount * operation.inputShape.positionCount,
      parameterGradient: gradient,
      parameters: UnsafePointer(state.parameters.start + offset), statistics: values(index))
  }

  /// The sum over the shards, in their order.
  private func total(_ usedShards: Int) -> UnsafePointer<Double>? {
    guard let start = sums.baseAddress else { return nil }
    let total = start + shardCount * sumCount
    total.update(repeating: 0, count: sumCount)
    for shard in 0..<usedShards {
      for index in 0..<sumCount { total[index] += start[shard * sumCount + index] }
    }
    return UnsafePointer(total)
  }
}
