/// The output of a network for rows of examples, in evaluation mode, on any number of threads with the same bits.
///
/// `@unchecked Sendable`: `output` is called by one thread at a time.
final class InferencePass: @unchecked Sendable {
  private let network: Network
  private let state: NetworkState
  private let shards: BatchShards
  private let schedule: PassSchedule
  private let memory: PassMemory
  private let statistics: BatchStatistics
  private let blocks: LossBlocks
  private let work: ShardedWork
  private let kernels: VectorKernels

  /// Rows that go through the network together.
  private static let batchSize = 256

  /// - Throws: `TrainerError` with code `resourceLimit` if rows would take more memory than the trainer is willing to.
  init(_ state: NetworkState, threadCount: Int, kernels: VectorKernels = .best) throws {
    network = state.network
    shards = BatchShards(sampleCount: Self.batchSize, network: network)
    let plan = MemoryPlan(network, sliceSize: shards.sliceSize)
    schedule = PassSchedule(
      network, plan: plan, usesBatchStatistics: network.operations.map { _ in false }, objective: nil)
    work = ShardedWork(threadCount: threadCount)
    memory = try PassMemory(
      network, plan, shards, hasPhases: schedule.phases.count > 1, threadCount: work.threadCount)
    statistics = BatchStatistics(network, usesBatch: false, shardCount: 0)
    statistics.restore(from: state)
    blocks = LossBlocks(network, sampleLimit: Self.batchSize, hasFeatureGradient: false)
    self.state = state
    self.kernels = kernels
    let runner = runner(sampleCount: 0)
    for operation in network.operations.indices { runner.prepare(operation) }
  }

  private func runner(sampleCount: Int) -> OperationRunner {
    OperationRunner(
      network: network, state: state, memory: memory, statistics: statistics, kernels: kernels, isTraining: false,
      sampleCount: sampleCount, random: network.operations.map { _ in nil }, work: work)
  }

  /// [examples.count, output]
  ///
  /// - Throws: what reading a row throws.
  func output(_ examples: some ExampleSource) throws -> FloatBuffer {
    let outputCount = network.chain.output.elementCount
    let result = FloatBuffer(count: examples.count * outputCount)
    for first in stride(from: 0, to: examples.count, by: Self.batchSize) {
      let rows = first..<min(first + Self.batchSize, examples.count)
      for phase in schedule.phases { try run(phase, rows: rows, of: examples) }
      (result.start + first * outputCount).update(from: blocks.logits.start, count: rows.count * outputCount)
    }
    return result
  }

  private func run(_ phase: PassSchedule.Phase, rows: Range<Int>, of examples: some ExampleSource) throws {
    let runner = runner(sampleCount: rows.count)
    switch phase {
    case .tasks(.forward(let index, let layer)):
      work.run(shardCount: layer.forwardTaskCount) { worker, task in
        guard let pass = runner.wholePass(index, worker: worker) else { return }
        layer.forward(task: task, pass)
      }
    case .tasks(.backward): break
    case .slices(let items, _):
      let shards = shards.resized(rows.count)
      try work.run(shardCount: shards.sliceCount) { worker, index in
        let slice = memory.slice(index, samples: shards.samples(ofSlice: index), worker: worker)
        for item in items { try run(item, slice, runner, firstRow: rows.lowerBound, of: examples) }
      }
    }
  }

  private func run(
    _ item: PassSchedule.Work, _ slice: PassMemory.Slice, _ runner: OperationRunner, firstRow: Int,
    of examples: some ExampleSource
  ) throws {
    switch item {
    case .load:
      let count = network.chain.input.elementCount
      for position in 0..<slice.sampleCount {
        try examples.copyInput(row: firstRow + slice.firstSample + position, into: slice.input + position * count)
      }
    case .forward(let index): runner.forward(index, slice)
    case .arrange(let index, let layer):
      guard let pass = runner.wholePass(index, worker: 0) else { return }
      layer.arrange(
        slice.value(network.operations[index].inputs[0]), sampleCount: slice.sampleCount,
        firstSample: slice.firstSample, pass)
    case .exportOutput: blocks.export(slice)
    default: break
    }
  }
}
