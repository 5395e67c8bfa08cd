import Documents
import Testing
import Trainer

/// Outputs, losses, gradients and buffers of small networks against PyTorch, one case for each layer and its arguments.
struct LayerGradientTests {
  @Test func everyLayerMatchesPyTorch() throws {
    let cases = try #require(try Golden.read("layers.json")["cases"]?.arrayValue)
    for golden in cases {
      for kernels in VectorKernels.available { try check(golden, kernels) }
    }
  }

  private func check(_ golden: JSONValue, _ kernels: VectorKernels) throws {
    let name = "\(try #require(golden["name"]?.stringValue)) (\(kernels.name))"
    let network = try NetworkDefinition(json: try #require(golden["definition"]))
    let weights = try Golden.stateDict(golden["weights"])
    let examples = try Golden.examples(golden, for: network)

    let logits = try Evaluator(network: network, weights: weights, threadCount: 1).logits(examples)
    #expect(relativeDifference(logits, try Golden.floats(golden["logits"])) < 1e-5, "\(name): logits")

    var options = ExecutionOptions()
    options.freezesBatchStatistics = golden["frozen"]?.boolValue ?? false
    let result = try LossGradient(
      network: network, weights: weights, examples: examples, options: options, threadCount: 2,
      kernels: kernels)
    let loss = try #require(golden["loss"]?.numberValue)
    #expect(abs(result.loss - loss) < 1e-5 * abs(loss), "\(name): loss")
    for expected in try Golden.stateDict(golden["gradients"]).entries {
      let gradient = try #require(result.gradient[expected.name])
      #expect(gradient.shape == expected.shape)
      // A bias before a normalisation has a gradient that is zero but for rounding.
      let isZero = expected.values.allSatisfy { abs($0) < 1e-7 }
      let difference = isZero ? 0 : relativeDifference(gradient.values, expected.values)
      #expect(difference < 1e-5, "\(name): \(expected.name)")
    }
    for expected in try Golden.stateDict(golden["buffers"]).entries {
      let buffer = try #require(result.weights[expected.name])
      #expect(buffer.integers == expected.integers, "\(name): \(expected.name)")
      #expect(relativeDifference(buffer.values, expected.values) < 1e-6, "\(name): \(expected.name)")
    }
  }
}
