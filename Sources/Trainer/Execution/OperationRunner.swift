import Tensors

/// Runs the operations of a network on slices, one operation and one slice at a time.
struct OperationRunner: Sendable {
  let network: Network
  let state: NetworkState
  let statistics: BatchStatistics
  let blas: BLAS
  let isTraining: Bool
  /// The random numbers of each operation in this step.
  var random: [CounterRandom?]

  /// One slice while one thread works on it.
  struct Slice {
    let memory: SliceMemory
    let temporary: FloatBuffer
    let firstSample: Int
    let sampleCount: Int

    /// Copies the slice's part of a batch in.
    func load(_ batch: Batch) {
      memory.input.update(from: batch.input(firstSample), count: sampleCount * batch.inputShape.elementCount)
    }
  }

  func forward(_ index: Int, _ slice: Slice) {
    if let layer = network.operations[index].layer {
      layer.forward(pass(index, slice))
    } else {
      sum(index, slice)
    }
  }

  func pass(_ index: Int, _ slice: Slice) -> ForwardPass {
    let operation = network.operations[index]
    return ForwardPass(
      sampleCount: slice.sampleCount, inputShape: operation.inputShape, outputShape: operation.outputShape,
      input: UnsafePointer(slice.memory.value(operation.inputs[0])), output: slice.memory.value(index + 1),
      parameters: parameters(index), saved: slice.memory.saved(index), temporary: slice.temporary.start,
      statistics: UnsafePointer(statistics.values(index)), isTraining: isTraining, random: random[index],
      firstSample: slice.firstSample, blas: blas)
  }

  /// - Parameter gradient: where the shard adds up the gradient of all parameters.
  func backward(_ step: MemoryPlan.BackwardStep, _ slice: Slice, gradient: UnsafeMutablePointer<Float>) {
    if let layer = network.operations[step.operation].layer {
      layer.backward(pass(step, slice, gradient: gradient))
    }
    for addition in step.additions {
      let (first, second) = (slice.memory.block(addition.first), slice.memory.block(addition.second))
      let result = slice.memory.block(addition.result)
      for index in 0..<addition.elementCount * slice.sampleCount { result[index] = first[index] + second[index] }
    }
  }

  func pass(_ step: MemoryPlan.BackwardStep, _ slice: Slice, gradient: UnsafeMutablePointer<Float>) -> BackwardPass {
    let index = step.operation
    let operation = network.operations[index]
    return BackwardPass(
      sampleCount: slice.sampleCount, inputShape: operation.inputShape, outputShape: operation.outputShape,
      input: UnsafePointer(slice.memory.value(operation.inputs[0])),
      output: UnsafePointer(slice.memory.value(index + 1)), parameters: parameters(index),
      saved: UnsafePointer(slice.memory.saved(index)), temporary: slice.temporary.start,
      statistics: UnsafePointer(statistics.values(index)), usesBatchStatistics: statistics.areOfBatch(index),
      outputGradient: UnsafePointer(slice.memory.block(step.outputGradient)),
      inputGradient: step.inputGradient.map(slice.memory.block),
      parameterGradient: step.trainsParameters ? gradient + network.placements[index].parameterOffset : nil, blas: blas)
  }

  func parameters(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(state.parameters.start + network.placements[index].parameterOffset)
  }

  private func sum(_ index: Int, _ slice: Slice) {
    let operation = network.operations[index]
    let (first, second) = (slice.memory.value(operation.inputs[0]), slice.memory.value(operation.inputs[1]))
    let output = slice.memory.value(index + 1)
    for element in 0..<slice.sampleCount * operation.outputShape.elementCount {
      output[element] = first[element] + second[element]
    }
  }
}
