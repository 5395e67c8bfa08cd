import Tensors

/// The loss and its gradient over a batch, on any number of threads with the same bits.
///
/// A batch is cut into shards (`BatchShards`). If nothing but the gradient joins the samples, a thread takes one slice at
/// a time through the whole network, forward and backward, in memory of its own. Batch normalisation, and losses that see
/// the whole batch, cut this into phases (`PassSchedule`); then every slice keeps its memory from phase to phase. Each
/// shard leaves its gradient in a slot of its own, and the slots are added in shard order: which thread did what, and how
/// many there were, cannot be seen in the result.
///
/// `@unchecked Sendable`: a shard's slot and slices, and a worker's memory, are touched by one thread at a time.
package final class GradientPass: @unchecked Sendable {
  private let network: Network
  private let objective: Objective
  private let options: ExecutionOptions
  private let blas: BLAS
  private let shards: BatchShards
  private let schedule: PassSchedule
  private let statistics: BatchStatistics
  private let sum: GradientSum
  private let blocks: LossBlocks
  private let work: ShardedWork
  /// One for each slice if there are phases, otherwise one for each worker.
  private let memories: [SliceMemory]
  private let temporaries: [FloatBuffer]
  private var shardLosses: [SampleLoss]
  /// 1 for each row of the last batch that was told right; of use for the mean of a loss.
  private let correctness: FloatBuffer

  /// The gradient `run` leaves; zero for parameters that are not trained.
  var gradient: FloatBuffer { sum.total }

  /// - Parameter batchSize: the most samples of any batch.
  /// - Throws: `TrainerError` with code `resourceLimit` if a batch would take more memory than the trainer is willing to.
  init(
    _ network: Network, _ objective: Objective, options: ExecutionOptions = ExecutionOptions(), batchSize: Int,
    threadCount: Int, blas: BLAS
  ) throws {
    let isTrained = network.operations.map { $0.parameters.contains { options.isTrained($0.name) } }
    let usesBatch = network.operations.map { !options.freezesBatchStatistics && $0.layer is any BatchStatisticsLayer }
    shards = BatchShards(sampleCount: batchSize, network: network)
    let plan = MemoryPlan(
      network, sliceSize: shards.sliceSize, isTrained: isTrained, featuresHaveGradient: objective.hasFeatureGradient)
    schedule = PassSchedule(network, plan: plan, usesBatchStatistics: usesBatch, objective: objective)
    work = ShardedWork(threadCount: min(threadCount, shards.shardCount))
    let memoryCount = schedule.phases.count > 1 ? shards.sliceCount : work.threadCount
    try Self.check(
      batchSize: batchSize, memoryCount: memoryCount, plan: plan, slots: shards.shardCount * network.parameterCount)
    memories = (0..<memoryCount).map { _ in SliceMemory(plan) }
    temporaries = (0..<work.threadCount).map { _ in FloatBuffer(count: plan.temporaryCount) }
    statistics = BatchStatistics(network, usesBatch: usesBatch.contains(true), shardCount: shards.shardCount)
    sum = GradientSum(network, slotCount: shards.shardCount, isTrained: options.isTrained)
    blocks = LossBlocks(network, sampleLimit: batchSize, hasFeatureGradient: objective.hasFeatureGradient)
    shardLosses = Array(repeating: SampleLoss(value: 0, share: 0), count: shards.shardCount)
    correctness = FloatBuffer(count: batchSize)
    self.network = network
    self.objective = objective
    self.options = options
    self.blas = blas
  }

  /// Rows of the last batch that were told right, before its step.
  var correctCount: Int {
    guard case .mean = objective else { return 0 }
    return Int(correctness.elements.reduce(0, +))
  }

  /// Floats a pass may take.
  private static let floatLimit = 1 << 31

  private static func check(batchSize: Int, memoryCount: Int, plan: MemoryPlan, slots: Int) throws {
    let (slices, overflow) = plan.floatCount.multipliedReportingOverflow(by: memoryCount)
    guard !overflow, slices <= floatLimit, slots + slices <= floatLimit else {
      throw TrainerError(
        .resourceLimit,
        "a batch of \(batchSize) needs \(memoryCount) x \(plan.floatCount) and \(slots) floats of memory, "
          + "more than \(floatLimit)")
    }
  }

  /// The loss of a batch, in training mode: running statistics in `state` are updated.
  ///
  /// DType: gradients f32, summed in f32 in shard order; losses f64.
  /// - Parameter step: the number of the training step, which random layers draw their numbers by.
  package func run(state: NetworkState, batch: Batch, step: Int) -> Double {
    let shards = shards.resized(batch.count)
    let runner = OperationRunner(
      network: network, state: state, statistics: statistics, blas: blas, isTraining: true, random: random(step))
    statistics.restore(from: state)
    var wholeLoss = 0.0
    for (number, phase) in schedule.phases.enumerated() {
      runPhase(phase, isFirst: number == 0, runner, shards, batch)
      switch phase.completion {
      case .statistics(let index):
        statistics.finish(index, sampleCount: batch.count, shardCount: shards.shardCount, state: state)
      case .gradientStatistics(let step):
        statistics.finishGradient(
          step.operation, sampleCount: batch.count, shardCount: shards.shardCount, state: state,
          gradient: step.trainsParameters ? sum.slot(0) : nil)
      case .loss(let loss): wholeLoss = blocks.evaluate(loss, batch)
      case nil: break
      }
    }
    guard case .mean = objective else {
      sum.finish(slotCount: shards.shardCount, scale: 1, work)
      return wholeLoss
    }
    let total = shardLosses[..<shards.shardCount].reduce(SampleLoss(value: 0, share: 0), +)
    sum.finish(slotCount: shards.shardCount, scale: Float(1 / total.share), work)
    return total.value / total.share
  }

  private func runPhase(
    _ phase: PassSchedule.Phase, isFirst: Bool, _ runner: OperationRunner, _ shards: BatchShards, _ batch: Batch
  ) {
    shardLosses.withUnsafeMutableBufferPointer { losses in
      nonisolated(unsafe) let losses = losses
      work.run(shardCount: shards.shardCount) { worker, shard in
        if isFirst {
          sum.clear(shard)
          losses[shard] = SampleLoss(value: 0, share: 0)
        }
        let sums = phase.completion == nil ? nil : statistics.clearedSums(ofShard: shard)
        for index in shards.slices(ofShard: shard) {
          let samples = shards.samples(ofSlice: index)
          let slice = OperationRunner.Slice(
            memory: memories[schedule.phases.count > 1 ? index : worker], temporary: temporaries[worker],
            firstSample: samples.lowerBound, sampleCount: samples.count)
          for item in phase.work {
            switch item {
            case .load: slice.load(batch)
            case .forward(let index): runner.forward(index, slice)
            case .addSums(let index, let layer): if let sums { layer.addSums(runner.pass(index, slice), to: sums) }
            case .loss(let loss): losses[shard] = losses[shard] + evaluate(loss, slice, batch)
            case .exportOutput: blocks.export(slice, features: network.operations.last?.inputs[0] ?? 0)
            case .importGradient: blocks.importGradient(slice)
            case .addGradientSums(let step, let layer):
              if let sums { layer.addGradientSums(runner.pass(step, slice, gradient: sum.slot(shard)), to: sums) }
            case .backward(let step): runner.backward(step, slice, gradient: sum.slot(shard))
            }
          }
        }
      }
    }
  }

  /// The summed losses of a slice; leaves the gradient of their sum.
  private func evaluate(_ loss: any Loss, _ slice: OperationRunner.Slice, _ batch: Batch) -> SampleLoss {
    guard let block = slice.memory.plan.outputGradient else { return SampleLoss(value: 0, share: 0) }
    let targets = blocks.logitGradient.start + slice.firstSample * blocks.classCount
    let labels = batch.labels[slice.firstSample..<slice.firstSample + slice.sampleCount]
    Targets.write(labels, columnCount: blocks.classCount, into: targets)
    for (row, label) in labels.enumerated() {
      let logits = UnsafeBufferPointer(start: slice.memory.output + row * blocks.classCount, count: blocks.classCount)
      correctness.start[slice.firstSample + row] = Evaluation.predictedClass(logits) == label ? 1 : 0
    }
    return loss.evaluate(
      LossInput(
        logits: slice.memory.output, targets: targets, sampleCount: slice.sampleCount, classCount: blocks.classCount),
      gradient: slice.memory.block(block)
    ).reduce(SampleLoss(value: 0, share: 0), +)
  }

  private func random(_ step: Int) -> [CounterRandom?] {
    network.operations.map { operation in
      guard operation.layer?.isRandom == true else { return nil }
      return CounterRandom(seed: options.seed, stream: "layers/\(operation.name)/\(step)")
    }
  }
}

extension SampleLoss {
  fileprivate static func + (left: SampleLoss, right: SampleLoss) -> SampleLoss {
    SampleLoss(value: left.value + right.value, share: left.share + right.share)
  }
}
