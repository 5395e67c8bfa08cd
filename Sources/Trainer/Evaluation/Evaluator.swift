/// Runs a network on examples without training it.
package struct Evaluator: Sendable {
  private let chain: LayerChain
  private let pass: InferencePass
  private let texts: TextInput?
  private let threadCount: Int

  /// - Throws: `TrainerError` if the weights are not the network's.
  package init(network: NetworkDefinition, weights: StateDict, threadCount: Int) throws {
    try weights.validate(for: network)
    try self.init(NetworkState(Network(network.chain), weights), threadCount: threadCount, texts: network.texts)
  }

  /// An evaluator of some of a network's layers; other parameters among the weights are ignored.
  init(chain: LayerChain, weights: StateDict, threadCount: Int) throws {
    try self.init(NetworkState(Network(chain), weights), threadCount: threadCount)
  }

  /// An evaluator of weights as they stand; make another one after they have changed.
  ///
  /// - Parameter texts: nil for examples that are what the network takes already.
  init(_ state: NetworkState, threadCount: Int, texts: TextInput? = nil) throws {
    self.texts = texts
    self.threadCount = threadCount
    chain = state.network.chain
    pass = try InferencePass(state, threadCount: threadCount)
  }

  /// Accuracy, correctness of every example and log-loss.
  package func evaluate(_ examples: ExampleSet) throws -> Evaluation {
    try evaluateLogits(examples).evaluation
  }

  /// The same with the logits it was made from, [examples, classes].
  package func evaluateLogits(_ examples: ExampleSet) throws -> (evaluation: Evaluation, logits: [Float]) {
    try checkLabels(of: examples)
    let logits = try output(encoded(examples)).values
    return (Evaluation(logits: logits, examples: examples), logits)
  }

  /// What the network takes: tokens in the place of texts.
  func encoded(_ examples: ExampleSet) throws -> ExampleSet {
    try examples.encoded(by: texts, threadCount: threadCount)
  }

  func checkLabels(of examples: ExampleSet) throws {
    // One logit tells two classes apart.
    let classCount = max(2, chain.output.elementCount)
    if let row = examples.labels.firstIndex(where: { $0 >= classCount }) {
      throw TrainerError(
        .classCountMismatch,
        "row \(examples.rowNumbers[row]) of the data has label \(examples.labels[row]), "
          + "the network has \(classCount) classes")
    }
  }

  /// The network's output, [examples, classes].
  package func logits(_ examples: some ExampleSource) throws -> [Float] {
    if let examples = examples as? ExampleSet { return try output(encoded(examples)).values }
    return try output(examples).values
  }

  /// The output of the last layer for every example.
  func output(_ examples: some ExampleSource) throws -> FloatBuffer {
    try Self.check(examples.inputShape, fits: chain.input)
    try chain.checkIntegers(of: examples)
    return try pass.output(examples)
  }

  static func check(_ shape: ActivationShape, fits input: ActivationShape) throws {
    guard shape != input else { return }
    throw TrainerError(.shapeMismatch, "the examples have shape \(shape), the network takes \(input)")
  }
}

extension NetworkDefinition {
  /// Whether the network takes the rows of a data set: their shape, or texts if it has a tokenizer.
  ///
  /// - Throws: `TrainerError.shapeMismatch`.
  func check(_ dataset: ImageDataset) throws {
    switch (dataset.imageShape, input) {
    case (.tokens, .tokens):
      guard texts != nil else { throw TrainerError(.shapeMismatch, "the network has no tokenizer to read texts with") }
    case (.tokens, _):
      throw TrainerError(
        .shapeMismatch, "data set \(dataset.name.quoted()) is of texts, the network takes shape \(input)")
    case (let shape, .tokens):
      throw TrainerError(
        .shapeMismatch, "data set \(dataset.name.quoted()) has shape \(shape), the network takes texts")
    default: try Evaluator.check(dataset.imageShape, fits: input)
    }
  }
}
