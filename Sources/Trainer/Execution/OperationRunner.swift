import Tensors

/// Runs the operations of a network, one operation at a time, on a slice or in tasks on the whole batch.
struct OperationRunner {
  let network: Network
  let state: NetworkState
  let memory: PassMemory
  let statistics: BatchStatistics
  let kernels: VectorKernels
  let isTraining: Bool
  let sampleCount: Int
  /// The random numbers of each operation in this step.
  let random: [CounterRandom?]
  let work: ShardedWork

  typealias Slice = PassMemory.Slice

  /// Lets a layer make of its parameters what it needs.
  func prepare(_ index: Int) {
    let operation = network.operations[index]
    operation.layer?.prepare(
      PreparationPass(
        inputShape: operation.inputShape, outputShape: operation.outputShape, parameters: parameters(index),
        prepared: memory.prepared(index), isTraining: isTraining, kernels: kernels))
  }

  func forward(_ index: Int, _ slice: Slice) {
    if let layer = network.operations[index].layer {
      layer.forward(pass(index, slice))
    } else {
      let operation = network.operations[index]
      kernels.c.add(
        Int64(slice.sampleCount * operation.outputShape.elementCount), slice.value(operation.inputs[0]),
        slice.value(operation.inputs[1]), slice.value(index + 1))
    }
  }

  func pass(_ index: Int, _ slice: Slice) -> ForwardPass {
    let operation = network.operations[index]
    return ForwardPass(
      sampleCount: slice.sampleCount, inputShape: operation.inputShape, outputShape: operation.outputShape,
      input: UnsafePointer(slice.value(operation.inputs[0])), output: slice.value(index + 1),
      parameters: parameters(index), prepared: UnsafePointer(memory.prepared(index)), saved: slice.saved(index),
      temporary: slice.temporary, statistics: UnsafePointer(statistics.values(index)), isTraining: isTraining,
      random: random[index], firstSample: slice.firstSample, kernels: kernels)
  }

  /// - Parameter gradient: where the gradient of the operation's parameters is added up.
  func backward(_ step: MemoryPlan.BackwardStep, _ slice: Slice, gradient: UnsafeMutablePointer<Float>?) {
    if let layer = network.operations[step.operation].layer {
      layer.backward(pass(step, slice, gradient: gradient))
    }
    add(step, slice)
  }

  /// Makes the sums that follow a step.
  func add(_ step: MemoryPlan.BackwardStep, _ slice: Slice) {
    for addition in step.additions {
      kernels.c.add(
        Int64(addition.elementCount * slice.sampleCount), slice.block(addition.first), slice.block(addition.second),
        slice.block(addition.result))
    }
  }

  func pass(_ step: MemoryPlan.BackwardStep, _ slice: Slice, gradient: UnsafeMutablePointer<Float>?) -> BackwardPass {
    let index = step.operation
    let operation = network.operations[index]
    return BackwardPass(
      sampleCount: slice.sampleCount, inputShape: operation.inputShape, outputShape: operation.outputShape,
      input: UnsafePointer(slice.value(operation.inputs[0])), output: UnsafePointer(slice.value(index + 1)),
      parameters: parameters(index), prepared: UnsafePointer(memory.prepared(index)),
      saved: UnsafePointer(slice.saved(index)), temporary: slice.temporary,
      statistics: UnsafePointer(statistics.values(index)), usesBatchStatistics: statistics.areOfBatch(index),
      outputGradient: UnsafePointer(slice.block(step.outputGradient)),
      inputGradient: step.inputGradient.map(slice.block), parameterGradient: gradient, kernels: kernels)
  }

  func wholePass(_ index: Int, worker: Int) -> WholeForwardPass? {
    let operation = network.operations[index]
    let plan = memory.plan
    guard let input = memory.wholeBlock(plan.values[operation.inputs[0]]),
      let output = memory.wholeBlock(plan.values[index + 1])
    else { return nil }
    return WholeForwardPass(
      sampleCount: sampleCount, inputShape: operation.inputShape, input: UnsafePointer(input), output: output,
      parameters: parameters(index), arranged: memory.arrangedStart, temporary: memory.temporary(worker),
      workspace: memory.workspace(index), isTraining: isTraining, random: random[index], work: work, kernels: kernels)
  }

  /// - Parameter isTrained: of each of the operation's parameters.
  func wholePass(
    _ step: MemoryPlan.BackwardStep, gradient: UnsafeMutablePointer<Float>?, isTrained: [Bool]
  ) -> WholeBackwardPass? {
    let operation = network.operations[step.operation]
    guard let input = memory.wholeBlock(memory.plan.values[operation.inputs[0]]),
      let outputGradient = memory.wholeBlock(step.outputGradient)
    else { return nil }
    return WholeBackwardPass(
      sampleCount: sampleCount, inputShape: operation.inputShape, input: UnsafePointer(input),
      parameters: parameters(step.operation), outputGradient: UnsafePointer(outputGradient),
      inputGradient: step.inputGradient.flatMap(memory.wholeBlock), parameterGradient: gradient,
      isTrained: isTrained, workspace: memory.workspace(step.operation), random: random[step.operation], work: work,
      kernels: kernels)
  }

  private func parameters(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(state.parameters.start + network.placements[index].parameterOffset)
  }
}
