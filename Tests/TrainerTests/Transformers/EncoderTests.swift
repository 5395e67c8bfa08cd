import Documents
import Testing
import Trainer

/// Encoders of each family against transformers.
struct EncoderTests {
  private typealias Golden = TransformersGolden

  @Test func namesAndShapesAreTransformers() throws {
    for (known, network) in try Golden.cases() {
      #expect(network.parameters.map(\.name) == known.parameters.map(\.name), "\(known.name)")
      #expect(network.parameters.map(\.shape) == known.parameters.map(\.shape), "\(known.name)")
      #expect(network.classCount == 3)
    }
  }

  @Test(arguments: VectorKernels.available.map(\.name))
  func hiddenStates(kernels name: String) throws {
    let kernels = try #require(VectorKernels.available.first { $0.name == name })
    for (known, network) in try Golden.cases() {
      let encoder = try #require(try network.encoder.map { try Encoder($0) })
      let ofEncoder = encoder.parameters.flatMap { parameter in
        known.parameters.first { $0.name.hasSuffix(parameter.name) }.map { Golden.floats($0.values) } ?? []
      }
      for threadCount in [1, 3] {
        let hidden = try encoder.hiddenStates(
          known.sequences(network), parameters: ofEncoder, threadCount: threadCount, kernels: kernels)
        #expect(hidden.count == known.hidden.count)
        for (index, expected) in known.hidden.enumerated() {
          #expect(
            Golden.distance(hidden[index], Golden.floats(expected)) < 1e-5, "\(known.name), hidden state \(index)")
        }
      }
    }
  }

  @Test func logits() throws {
    for (known, network) in try Golden.cases() {
      let evaluator = try Evaluator(network: network, weights: known.weights(), threadCount: 2)
      let logits = try evaluator.logits(known.examples(network))
      #expect(Golden.distance(logits, Golden.floats(known.logits)) < 1e-5, "\(known.name)")
    }
  }

  @Test func everyGradient() throws {
    for (known, network) in try Golden.cases() {
      let found = try LossGradient(
        network: network, weights: known.weights(), examples: known.examples(network), threadCount: 2)
      for expected in known.parameters {
        let values = try #require(found.gradient[expected.name]).values
        // Softmax does not feel a shift of all keys: that gradient is 0 but for rounding.
        let isNothing = expected.name.contains("key.bias") || expected.name.contains("k_lin.bias")
        if isNothing {
          #expect(values.allSatisfy { abs($0) < 1e-5 }, "\(known.name): \(expected.name)")
        } else {
          #expect(
            Golden.distance(values, Golden.floats(expected.gradient)) < 1e-4, "\(known.name): \(expected.name)")
        }
      }
    }
  }

  @Test func threadsChangeNoBits() throws {
    let (known, network) = try #require(try Golden.cases().first)
    let many = try FloatExamples.repeated(known, network, count: 120)
    let gradients = try [1, 2, 5].map { threadCount in
      try LossGradient(network: network, weights: known.weights(), examples: many, threadCount: threadCount)
    }
    #expect(gradients.allSatisfy { $0.gradient == gradients[0].gradient && $0.loss == gradients[0].loss })
    let logits = try [1, 2, 5].map {
      try Evaluator(network: network, weights: known.weights(), threadCount: $0).logits(many)
    }
    #expect(logits.allSatisfy { $0 == logits[0] })
  }

  @Test func whatIsFrozenHasNoGradientAndChangesNoOther() throws {
    let (known, network) = try #require(try Golden.cases().first)
    let all = try LossGradient(
      network: network, weights: known.weights(), examples: known.examples(network), threadCount: 2)
    var options = ExecutionOptions()
    options.isTrained = { $0.contains("layer.1.") || $0.contains("classifier") }
    let some = try LossGradient(
      network: network, weights: known.weights(), examples: known.examples(network), options: options, threadCount: 2)
    for entry in some.gradient.entries {
      if options.isTrained(entry.name) {
        #expect(entry == all.gradient[entry.name])
      } else {
        #expect(entry.values.allSatisfy { $0 == 0 }, "\(entry.name)")
      }
    }
  }

  @Test func dropoutIsDrawnByTheStep() throws {
    let (known, plain) = try #require(try Golden.cases().first)
    let members = try #require(plain.json.objectValue).members.map { member in
      member.key.hasSuffix("dropout_prob") ? (key: member.key, value: JSONValue.number(0.3)) : member
    }
    let network = try NetworkDefinition(json: .object(JSONObject(members)))
    let losses = try [(0, 1), (0, 2), (1, 1)].map { step, threadCount in
      try LossGradient(
        network: network, weights: known.weights(), examples: known.examples(network), step: step,
        threadCount: threadCount)
    }
    #expect(losses[0].gradient == losses[1].gradient)
    #expect(losses[0].loss != losses[2].loss)
    let evaluated = try Evaluator(network: network, weights: known.weights(), threadCount: 1)
      .logits(known.examples(network))
    #expect(Golden.distance(evaluated, Golden.floats(known.logits)) < 1e-5)
  }

  @Test func meanPooling() throws {
    let (known, plain) = try #require(try Golden.cases().last)
    let members = try #require(plain.json.objectValue).members + [(key: "classifier_pooling", value: "mean")]
    let network = try NetworkDefinition(json: .object(JSONObject(members)))
    let gradient = try LossGradient(
      network: network, weights: known.weights(), examples: known.examples(network), threadCount: 1)
    // Along the gradient the loss changes as it says.
    let (name, step) = ("distilbert.embeddings.LayerNorm.bias", Float(1e-2))
    let slope = try #require(gradient.gradient[name]).values
    let length = slope.reduce(0) { $0 + $1 * $1 }
    let losses = try [step, -step].map { step in
      var moved = try known.weights()
      let values = try #require(moved[name]).values
      try moved.set(name, shape: [values.count], values: zip(values, slope).map { $0 + step * $1 })
      return try LossGradient(
        network: network, weights: moved, examples: known.examples(network), threadCount: 1
      ).loss
    }
    #expect(abs((losses[0] - losses[1]) / Double(2 * step * length) - 1) < 1e-2)
    let logits = try Evaluator(network: network, weights: known.weights(), threadCount: 1)
      .logits(known.examples(network))
    #expect(Golden.distance(logits, Golden.floats(known.logits)) > 1e-2)
  }
}

extension FloatExamples {
  /// The golden batch so often that there are several groups.
  fileprivate static func repeated(
    _ known: TransformersGolden, _ network: NetworkDefinition, count: Int
  ) throws -> FloatExamples {
    let one = try known.examples(network)
    var values: [Float] = []
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: network.input.elementCount) { row in
      let start = try #require(row.baseAddress)
      for number in 0..<count {
        one.copyInput(row: number % one.count, augmentation: nil, into: start)
        values += Array(row)
      }
    }
    return try FloatExamples(
      inputShape: network.input, labels: (0..<count).map { known.labels[$0 % known.labels.count] }, values: values)
  }
}
