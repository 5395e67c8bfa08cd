/// The output of a network for rows of examples, in evaluation mode, on any number of threads with the same bits.
final class InferencePass: @unchecked Sendable {
  private let network: Network
  private let runner: OperationRunner
  private let plan: MemoryPlan
  private let threadCount: Int

  /// Fixed: another size may give other bits.
  private static let sliceSize = 32

  /// - Throws: `TrainerError` with code `resourceLimit` if a slice would take gigabytes.
  init(_ state: NetworkState, threadCount: Int, blas: BLAS) throws {
    network = state.network
    plan = MemoryPlan(network, sliceSize: Self.sliceSize)
    guard plan.floatCount + plan.temporaryCount <= Self.floatLimit else {
      throw TrainerError(
        .resourceLimit,
        "\(Self.sliceSize) samples need \(plan.floatCount + plan.temporaryCount) floats of working memory, "
          + "more than \(Self.floatLimit)")
    }
    let statistics = BatchStatistics(network, usesBatch: false, shardCount: 0)
    statistics.restore(from: state)
    runner = OperationRunner(
      network: network, state: state, statistics: statistics, blas: blas, isTraining: false,
      random: network.operations.map { _ in nil })
    self.threadCount = threadCount
  }

  /// Floats of one worker.
  private static let floatLimit = 1 << 29

  /// [examples.count, output]
  func output(_ examples: some ExampleSource) throws -> FloatBuffer {
    let shardCount = (examples.count + Self.sliceSize - 1) / Self.sliceSize
    let work = ShardedWork(threadCount: min(threadCount, shardCount))
    nonisolated(unsafe) let workers = (0..<work.threadCount).map { _ in
      (memory: SliceMemory(plan), temporary: FloatBuffer(count: plan.temporaryCount))
    }
    let inputCount = network.chain.input.elementCount
    let outputCount = network.chain.output.elementCount
    let result = FloatBuffer(count: examples.count * outputCount)
    try work.run(shardCount: shardCount) { worker, shard in
      let rows = shard * Self.sliceSize..<min((shard + 1) * Self.sliceSize, examples.count)
      let slice = OperationRunner.Slice(
        memory: workers[worker].memory, temporary: workers[worker].temporary, firstSample: rows.lowerBound,
        sampleCount: rows.count)
      for (position, row) in rows.enumerated() {
        try examples.copyInput(row: row, into: slice.memory.input + position * inputCount)
      }
      for index in network.operations.indices { runner.forward(index, slice) }
      (result.start + rows.lowerBound * outputCount).update(from: slice.memory.output, count: rows.count * outputCount)
    }
    return result
  }
}
