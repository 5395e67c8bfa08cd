/// The mean loss of a network over examples, and its gradient by parameter.
package struct LossGradient: Sendable {
  package let loss: Double
  /// As the network's parameters, in PyTorch's layout.
  package let gradient: StateDict
  /// The weights with the buffers as the pass left them.
  package let weights: StateDict

  /// One pass over all examples as one batch.
  ///
  /// - Parameter objective: the mean cross-entropy unless given.
  /// Determinism: the same bits for any thread count.
  /// - Throws: `TrainerError` if weights or examples do not fit the network.
  package init(
    network: NetworkDefinition, weights: StateDict, examples: some ExampleSource,
    objective: Objective? = nil, options: ExecutionOptions = ExecutionOptions(), step: Int = 0, threadCount: Int,
    kernels: VectorKernels = .best
  ) throws {
    try weights.validate(for: network)
    try Evaluator.check(examples.inputShape, fits: network.input)
    guard examples.count > 0, examples.labels.allSatisfy({ (0..<Int32(network.classCount)).contains($0) }) else {
      throw TrainerError(
        .labelOutOfRange, "\(examples.count) examples do not all have labels from 0 to \(network.classCount - 1)")
    }
    try network.chain.checkIntegers(of: examples)
    let layers = Network(network.chain)
    let pass = try GradientPass(
      layers, objective ?? .mean(CrossEntropy()), options: options, batchSize: examples.count, threadCount: threadCount,
      kernels: kernels)
    let state = try NetworkState(layers, weights)
    let batch = Batch(inputShape: examples.inputShape, capacity: examples.count)
    try batch.fill((0..<examples.count).map { BatchRow(row: $0, epoch: 0) }, of: examples, augmentationSeed: nil)
    loss = pass.run(state: state, batch: batch, step: step)
    self.weights = try state.stateDict()
    gradient = try NetworkState.stateDict(layers, parameters: pass.gradient)
  }
}
