import Tensors

/// The loss and its gradient over a batch, on any number of threads with the same bits.
///
/// A batch is cut into shards (`BatchShards`). If nothing but the gradient joins the samples, a thread takes one slice at
/// a time through the whole network, forward and backward, in memory of its own. Batch normalisation, losses that see the
/// whole batch and layers of many parameters cut this into phases (`PassSchedule`); then every slice keeps its memory
/// from phase to phase. Each shard leaves its gradient in a slot of its own, and the slots are added in shard order: which
/// thread did what, and how many there were, cannot be seen in the result.
///
/// `@unchecked Sendable`: a shard's slot and slices, and a worker's memory, are touched by one thread at a time.
package final class GradientPass: @unchecked Sendable {
  private let network: Network
  private let objective: Objective
  private let options: ExecutionOptions
  private let kernels: VectorKernels
  private let shards: BatchShards
  private let schedule: PassSchedule
  private let memory: PassMemory
  private let statistics: BatchStatistics
  private let sum: GradientSum
  private let blocks: LossBlocks
  private let work: ShardedWork
  /// Of each operation's parameters.
  private let isTrained: [[Bool]]
  private var shardLosses: [SampleLoss]

  /// The gradient `run` leaves; zero for parameters that are not trained.
  var gradient: FloatBuffer { sum.total }

  /// - Parameter batchSize: the most samples of any batch.
  /// - Throws: `TrainerError` with code `resourceLimit` if a batch would take more memory than the trainer is willing to.
  init(
    _ network: Network, _ objective: Objective, options: ExecutionOptions = ExecutionOptions(), batchSize: Int,
    threadCount: Int, kernels: VectorKernels = .best
  ) throws {
    isTrained = network.operations.map { $0.parameters.map { options.isTrained($0.name) } }
    let usesBatch = network.operations.map { !options.freezesBatchStatistics && $0.layer is any BatchStatisticsLayer }
    shards = BatchShards(sampleCount: batchSize, network: network)
    let plan = MemoryPlan(
      network, sliceSize: shards.sliceSize, isTrained: isTrained.map { $0.contains(true) },
      featuresHaveGradient: objective.hasFeatureGradient)
    schedule = PassSchedule(network, plan: plan, usesBatchStatistics: usesBatch, objective: objective)
    work = ShardedWork(threadCount: threadCount)
    memory = try PassMemory(
      network, plan, shards, hasPhases: schedule.phases.count > 1, threadCount: work.threadCount)
    statistics = BatchStatistics(network, usesBatch: usesBatch.contains(true), shardCount: shards.shardCount)
    sum = GradientSum(network, slotCount: shards.shardCount, isTrained: options.isTrained)
    blocks = LossBlocks(network, sampleLimit: batchSize, hasFeatureGradient: objective.hasFeatureGradient)
    shardLosses = Array(repeating: SampleLoss(value: 0, share: 0), count: shards.shardCount)
    self.network = network
    self.objective = objective
    self.options = options
    self.kernels = kernels
  }

  /// Rows of the last batch that were told right, before its step.
  var correctCount: Int {
    guard case .mean = objective else { return 0 }
    return blocks.correctCount
  }

  /// The loss of a batch, in training mode: running statistics in `state` are updated.
  ///
  /// DType: gradients f32, summed in f32 in shard order; losses f64.
  /// - Parameter step: the number of the training step, which random layers draw their numbers by.
  package func run(state: NetworkState, batch: Batch, step: Int) -> Double {
    let shards = shards.resized(batch.count)
    let runner = OperationRunner(
      network: network, state: state, memory: memory, statistics: statistics, kernels: kernels, isTraining: true,
      sampleCount: batch.count, random: random(step), work: work)
    statistics.restore(from: state)
    work.run(shardCount: network.operations.count) { _, operation in runner.prepare(operation) }
    work.run(shardCount: shards.shardCount) { _, shard in sum.clear(shard) }
    for shard in shardLosses.indices { shardLosses[shard] = SampleLoss(value: 0, share: 0) }
    var loss: Double?
    for phase in schedule.phases {
      switch phase {
      case .tasks(let tasks): run(tasks, runner)
      case .slices(let slices, let completion):
        run(slices, completion, runner, shards, batch)
        if let value = complete(completion, runner, shards, batch) { loss = value }
      }
    }
    let scale = loss == nil ? Float(1 / meanLoss().share) : 1
    sum.finish(slotCount: shards.shardCount, scale: scale, work, kernels)
    return loss ?? meanLoss().value
  }

  private func run(
    _ items: [PassSchedule.Work], _ completion: PassSchedule.Completion?, _ runner: OperationRunner,
    _ shards: BatchShards, _ batch: Batch
  ) {
    let factor = Float(1 / meanLoss().share)
    shardLosses.withUnsafeMutableBufferPointer { losses in
      nonisolated(unsafe) let losses = losses
      work.run(shardCount: shards.shardCount) { worker, shard in
        let sums = statistics.clearedSums(ofShard: shard, for: completion)
        for index in shards.slices(ofShard: shard) {
          let slice = memory.slice(index, samples: shards.samples(ofSlice: index), worker: worker)
          for item in items {
            switch item {
            case .loss(let loss): losses[shard] = losses[shard] + blocks.evaluate(loss, slice, batch)
            case .divideGradient: divideGradient(slice, factor)
            default: run(item, slice, runner, shard: shard, sums: sums, batch)
            }
          }
        }
      }
    }
  }

  private func run(
    _ item: PassSchedule.Work, _ slice: PassMemory.Slice, _ runner: OperationRunner, shard: Int,
    sums: UnsafeMutablePointer<Double>?, _ batch: Batch
  ) {
    switch item {
    case .load:
      slice.input.update(from: batch.input(slice.firstSample), count: slice.sampleCount * batch.inputShape.elementCount)
    case .forward(let index): runner.forward(index, slice)
    case .arrange(let index, let layer):
      guard let pass = runner.wholePass(index, worker: 0) else { return }
      layer.arrange(
        slice.value(network.operations[index].inputs[0]), sampleCount: slice.sampleCount,
        firstSample: slice.firstSample, pass)
    case .addSums(let index, let layer): if let sums { layer.addSums(runner.pass(index, slice), to: sums) }
    case .exportOutput: blocks.export(slice)
    case .importGradient: blocks.importGradient(slice)
    case .addGradientSums(let step, let layer):
      if let sums { layer.addGradientSums(runner.pass(step, slice, gradient: nil), to: sums) }
    case .backward(let step):
      let gradient = step.trainsParameters ? sum.gradient(of: step.operation, shard: shard) : nil
      runner.backward(step, slice, gradient: gradient)
    case .additions(let step): runner.add(step, slice)
    case .loss, .divideGradient: break
    }
  }

  private func run(_ tasks: PassSchedule.Tasks, _ runner: OperationRunner) {
    switch tasks {
    case .forward(let index, let layer):
      work.run(shardCount: layer.forwardTaskCount) { worker, task in
        guard let pass = runner.wholePass(index, worker: worker) else { return }
        layer.forward(task: task, pass)
      }
    case .backward(let step, let layer):
      let gradient = step.trainsParameters ? sum.total(of: step.operation) : nil
      guard let pass = runner.wholePass(step, gradient: gradient, isTrained: isTrained[step.operation])
      else { return }
      nonisolated(unsafe) let shared = pass
      work.run(shardCount: layer.backwardTaskCount(pass)) { _, task in layer.backward(task: task, shared) }
    }
  }

  /// - Returns: the loss if it is known now.
  private func complete(
    _ completion: PassSchedule.Completion?, _ runner: OperationRunner, _ shards: BatchShards, _ batch: Batch
  ) -> Double? {
    switch completion {
    case .statistics(let index):
      statistics.finish(index, sampleCount: batch.count, shardCount: shards.shardCount, state: runner.state)
    case .gradientStatistics(let step):
      statistics.finishGradient(
        step.operation, sampleCount: batch.count, shardCount: shards.shardCount, state: runner.state,
        gradient: step.trainsParameters ? sum.gradient(of: step.operation, shard: 0) : nil)
    case .meanLoss: return meanLoss().value
    case .loss(let loss): return blocks.evaluate(loss, batch)
    case nil: break
    }
    return nil
  }

  /// The mean over the batch, and what it was divided by.
  private func meanLoss() -> (value: Double, share: Double) {
    let total = shardLosses.reduce(SampleLoss(value: 0, share: 0), +)
    return (total.value / total.share, total.share)
  }

  private func divideGradient(_ slice: PassMemory.Slice, _ factor: Float) {
    guard let block = slice.plan.outputGradient else { return }
    kernels.c.scale(Int64(slice.sampleCount * blocks.classCount), factor, slice.block(block))
  }

  private func random(_ step: Int) -> [CounterRandom?] {
    network.operations.map { operation in
      guard operation.layer?.isRandom == true else { return nil }
      return CounterRandom(seed: options.seed, stream: "layers/\(operation.name)/\(step)")
    }
  }
}
