/// Runs a network on examples without training it.
///
/// Determinism: examples are cut into shards of `shardSize`, so the logits do not depend on the number of threads.
package struct Evaluator: Sendable {
  /// Fixed: another size may give other bits.
  static let shardSize = 32

  private let network: Network
  private let parameters: FloatBuffer
  private let threadCount: Int
  private let blas: BLAS

  /// - Throws: `TrainerError` if the weights are not the network's, or BLAS cannot be loaded.
  package init(network: NetworkDefinition, weights: StateDict, threadCount: Int) throws {
    try weights.validate(for: network.parameters)
    try self.init(chain: network.chain, weights: weights, threadCount: threadCount, blas: try BLAS.load())
  }

  /// An evaluator of some of a network's layers; other parameters among the weights are ignored.
  init(chain: LayerChain, weights: StateDict, threadCount: Int, blas: BLAS) throws {
    let network = Network(chain)
    self.init(network: network, parameters: try network.pack(weights), threadCount: threadCount, blas: blas)
  }

  init(network: Network, parameters: FloatBuffer, threadCount: Int, blas: BLAS) {
    self.network = network
    self.parameters = parameters
    self.threadCount = threadCount
    self.blas = blas
  }

  /// Accuracy, correctness of every example and log-loss.
  package func evaluate(_ examples: ExampleSet) throws -> Evaluation {
    let classCount = network.chain.output.elementCount
    if let label = examples.labels.first(where: { $0 >= classCount }) {
      throw TrainerError(
        .classCountMismatch, "the examples have label \(label), the network has \(classCount) classes")
    }
    return Evaluation(logits: try logits(examples), examples: examples)
  }

  /// The network's output, [examples, classes].
  package func logits(_ examples: some ExampleSource) throws -> [Float] {
    try output(examples).values
  }

  /// The output of the last layer for every example.
  func output(_ examples: some ExampleSource) throws -> FloatBuffer {
    try Self.check(examples.inputShape, fits: network.chain.input)
    let shardCount = (examples.count + Self.shardSize - 1) / Self.shardSize
    let work = ShardedWork(threadCount: min(threadCount, shardCount))
    nonisolated(unsafe) let workspaces = try (0..<work.threadCount).map { _ in
      try Workspace(network, sampleLimit: min(Self.shardSize, max(1, examples.count)), blas: blas)
    }
    let inputCount = network.chain.input.elementCount
    let outputCount = network.chain.output.elementCount
    let result = FloatBuffer(count: examples.count * outputCount)
    try work.run(shardCount: shardCount) { worker, shard in
      let rows = shard * Self.shardSize..<min((shard + 1) * Self.shardSize, examples.count)
      let workspace = workspaces[worker]
      for (position, row) in rows.enumerated() {
        try examples.copyInput(row: row, into: workspace.input + position * inputCount)
      }
      workspace.forward(parameters: parameters.start, sampleCount: rows.count)
      (result.start + rows.lowerBound * outputCount).update(from: workspace.output, count: rows.count * outputCount)
    }
    return result
  }

  static func check(_ shape: ActivationShape, fits input: ActivationShape) throws {
    guard shape == input else {
      throw TrainerError(.shapeMismatch, "the examples have shape \(shape), the network takes \(input)")
    }
  }
}
