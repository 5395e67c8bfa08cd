import Tensors
import Testing
import Trainer

/// What holds for a pass whatever the layers: threads, frozen parameters, losses of a whole batch, random layers.
struct GradientPassTests {
  /// Convolution, normalisation over the batch, a block, dropout and a head of 3 classes on 8 x 8 images.
  private func network(dropout: Double = 0.3) throws -> NetworkDefinition {
    func conv(_ inChannels: Int, stride: Int = 1) -> NamedLayer {
      NamedLayer(Conv2d(inChannels: inChannels, outChannels: 4, kernelSize: 3, stride: stride, padding: 1))
    }
    return try NetworkDefinition(
      input: .image(channels: 1, height: 8, width: 8),
      layers: [
        conv(1, stride: 2), NamedLayer(BatchNorm2d(channelCount: 4)), NamedLayer(ReLU()),
        NamedLayer(Residual([conv(4), NamedLayer(BatchNorm2d(channelCount: 4)), NamedLayer(ReLU()), conv(4)])),
        NamedLayer(Flatten()), NamedLayer(Dropout(probability: dropout)),
        NamedLayer(name: "head", Linear(inFeatures: 64, outFeatures: 3)),
      ], head: "head")
  }

  private func examples(_ count: Int) throws -> FloatExamples {
    let random = CounterRandom(seed: 4, stream: "inputs")
    return try FloatExamples(
      inputShape: .image(channels: 1, height: 8, width: 8), labels: (0..<count).map { Int32($0 % 3) },
      values: (0..<UInt64(64 * count)).map { Float(random.normal(at: $0)) })
  }

  private func gradient(
    _ network: NetworkDefinition, count: Int = 37, step: Int = 0, threadCount: Int = 1,
    objective: Objective? = nil, options: ExecutionOptions = ExecutionOptions()
  ) throws -> LossGradient {
    try LossGradient(
      network: network, weights: try network.initialStateDict(seed: 2), examples: try examples(count),
      objective: objective, options: options, step: step, threadCount: threadCount)
  }

  @Test(arguments: [2, 3, 100])
  func bitsDoNotDependOnThreads(threadCount: Int) throws {
    let network = try network()
    for count in [1, 8, 37, 200] {
      let one = try gradient(network, count: count)
      let many = try gradient(network, count: count, threadCount: threadCount)
      #expect(one.loss == many.loss && one.gradient == many.gradient && one.weights == many.weights)
    }
  }

  @Test func randomNumbersFollowSeedAndStep() throws {
    let network = try network()
    let first = try gradient(network)
    #expect(first.gradient == (try gradient(network)).gradient)
    #expect(first.loss != (try gradient(network, step: 1)).loss)
    var options = ExecutionOptions()
    options.seed = 1
    #expect(first.loss != (try gradient(network, options: options)).loss)
  }

  @Test func dropoutKeepsItsShareAndScalesIt() throws {
    let network = try NetworkDefinition(
      input: .features(1000),
      layers: [
        NamedLayer(Dropout(probability: 0.25)), NamedLayer(name: "head", Linear(inFeatures: 1000, outFeatures: 2)),
      ], head: "head")
    var weights = StateDict()
    try weights.set("head.weight", shape: [2, 1000], values: Array(repeating: 0, count: 2000))
    try weights.set("head.bias", shape: [2], values: [0, 0])
    let examples = try FloatExamples(
      inputShape: .features(1000), labels: [0], values: Array(repeating: 1, count: 1000))
    let gradient = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 1).gradient
    // The gradient of a weight is -1/2 of its input: 4/3 where it was kept.
    let values = try #require(gradient["head.weight"]).values[..<1000]
    #expect(values.allSatisfy { $0 == 0 || abs($0 + 2 / 3) < 1e-6 })
    #expect(abs(values.count { $0 == 0 } - 250) < 60)
  }

  @Test func whatIsFrozenHasNoGradientAndChangesNoOther() throws {
    let network = try network()
    let whole = try gradient(network)
    for trained in [["head.weight"], ["3.1.bias"], ["3.3.weight", "head.bias"], ["0.bias"], []] {
      var options = ExecutionOptions()
      options.isTrained = { trained.contains($0) }
      let part = try gradient(network, options: options)
      #expect(part.loss == whole.loss)
      for entry in part.gradient.entries {
        let expected = trained.contains(entry.name) ? whole.gradient[entry.name]?.values : nil
        #expect(entry.values == expected ?? entry.values.map { _ in 0 }, "\(trained): \(entry.name)")
      }
    }
  }

  @Test func frozenStatisticsStayAsTheyAre() throws {
    let network = try network()
    var options = ExecutionOptions()
    options.freezesBatchStatistics = true
    let weights = try network.initialStateDict(seed: 2)
    #expect(try gradient(network, options: options).weights == weights)
    #expect(try gradient(network).weights != weights)
  }

  @Test func aLossOfTheBatchSeesAndSteersEverything() throws {
    let network = try network(dropout: 0)
    let mean = try gradient(network)
    let batch = try gradient(network, objective: .batch(MeanCrossEntropy()))
    #expect(abs(mean.loss - batch.loss) < 1e-6)
    // The biases before a normalisation have a gradient of zero but for rounding.
    for entry in mean.gradient.entries where !["0.bias", "3.0.bias"].contains(entry.name) {
      #expect(relativeDifference(try #require(batch.gradient[entry.name]).values, entry.values) < 1e-4)
    }
    // Half the squared norm of the features has the features as its gradient, and none for the head.
    let norm = try gradient(network, objective: .batch(FeatureNorm()))
    #expect(try #require(norm.gradient["head.weight"]).values.allSatisfy { $0 == 0 })
    let slope = try #require(norm.gradient["0.weight"]).values
    let step: Float = 1e-3
    var moved = try network.initialStateDict(seed: 2)
    let start = try #require(moved["0.weight"])
    var losses: [Double] = []
    for sign: Float in [1, -1] {
      try moved.set(
        "0.weight", shape: start.shape, values: zip(start.values, slope).map { $0 + sign * step * $1 / 100 })
      losses.append(
        try LossGradient(
          network: network, weights: moved, examples: try examples(37), objective: .batch(FeatureNorm()),
          threadCount: 1
        ).loss)
    }
    let expected = slope.reduce(0.0) { $0 + Double($1) * Double($1) } / 100
    #expect(abs((losses[0] - losses[1]) / (2 * Double(step)) - expected) < 0.01 * expected)
  }
}

/// Cross-entropy as a loss of the whole batch.
private struct MeanCrossEntropy: BatchLoss {
  var hasFeatureGradient: Bool { false }

  func evaluate(_ batch: LossBatch) -> Double {
    let targets = batch.batch.labels.flatMap { label in (0..<batch.classCount).map { $0 == Int(label) ? Float(1) : 0 } }
    let losses = targets.withUnsafeBufferPointer { targets in
      targets.baseAddress.map { start in
        CrossEntropy().evaluate(
          LossInput(logits: batch.logits, targets: start, sampleCount: batch.sampleCount, classCount: batch.classCount),
          gradient: batch.logitGradient)
      }
    }
    let count = Double(batch.sampleCount)
    for index in targets.indices { batch.logitGradient[index] /= Float(count) }
    return (losses ?? []).reduce(0) { $0 + $1.value } / count
  }
}

/// Half the squared norm of the features.
private struct FeatureNorm: BatchLoss {
  var hasFeatureGradient: Bool { true }

  func evaluate(_ batch: LossBatch) -> Double {
    var norm = 0.0
    for index in 0..<batch.sampleCount * batch.featureCount {
      batch.featureGradient?[index] = batch.features[index]
      norm += Double(batch.features[index]) * Double(batch.features[index]) / 2
    }
    return norm
  }
}
