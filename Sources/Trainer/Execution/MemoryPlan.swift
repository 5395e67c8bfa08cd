/// Where everything that belongs to one slice of samples lies while it goes through a network: values between the
/// operations, what layers save for their backward pass, gradients. Blocks that are never needed at the same time share
/// memory.
///
/// Time runs over the forward operations 0..<n, the loss at n and the backward operations, operation i at 2n - i.
struct MemoryPlan: Sendable {
  /// One operation's backward pass.
  struct BackwardStep: Sendable {
    let operation: Int
    /// Block of the output's gradient.
    let outputGradient: Int
    /// Block the layer writes its input's gradient to; nil if nobody reads it.
    let inputGradient: Int?
    let trainsParameters: Bool
    /// Sums to make afterwards, where a value has several readers.
    let additions: [Addition]
  }

  /// Block `result` <- block `first` + block `second`; `result` may be one of them.
  struct Addition: Sendable {
    let result: Int
    let first: Int
    let second: Int
    let elementCount: Int
  }

  let blocks: [MemoryBlock]
  /// Floats before each block of a slice.
  let offsets: [Int]
  /// Floats of a slice.
  let floatCount: Int
  /// Floats any operation needs while it runs on a slice.
  let temporaryCount: Int
  /// The block of each value.
  let values: [Int]
  /// The block each operation saves to.
  let saved: [Int]
  /// In the order in which they run; empty without training.
  let backwardSteps: [BackwardStep]
  /// Block of the features' gradient as the loss gives it, if the loss gives one and something below is trained.
  let featureGradient: Int?
  /// Block of the output's gradient.
  let outputGradient: Int?

  /// - Parameters:
  ///   - isTrained: nil for evaluation, otherwise whether each operation has trained parameters.
  ///   - featuresHaveGradient: whether the loss depends on the last operation's input directly, too.
  init(_ network: Network, sliceSize: Int, isTrained: [Bool]? = nil, featuresHaveGradient: Bool = false) {
    var activations = ActivationBlocks(network, isTrained: isTrained)
    activations.placeValues()
    let backward = isTrained.map { trained -> BackwardSchedule in
      var schedule = BackwardSchedule(network, isTrained: trained, firstBlock: activations.blocks.count)
      schedule.run(featuresHaveGradient: featuresHaveGradient)
      return schedule
    }
    values = activations.values
    saved = activations.saved
    backwardSteps = backward?.steps ?? []
    featureGradient = backward?.featureGradient
    outputGradient = backward?.outputGradient
    blocks = activations.blocks + (backward?.blocks ?? [])
    (offsets, floatCount) = MemoryBlock.place(blocks, sampleCount: sliceSize)
    temporaryCount = network.operations.reduce(0) { largest, operation in
      let count = operation.layer?.temporaryCount(for: operation.inputShape, sampleCount: sliceSize) ?? 0
      return max(largest, count)
    }
  }
}
