import Documents
import Testing
import Trainer

/// Twenty full-batch steps of a convolutional network by each optimizer against PyTorch.
struct OptimizerTests {
  @Test func twentyStepsMatchPyTorch() throws {
    let golden = try Golden.read("optimizers.json")
    let network = try NetworkDefinition(json: try #require(golden["definition"]))
    let start = try Golden.stateDict(golden["weights"])
    let examples = try Golden.examples(golden, for: network)
    for entry in try #require(golden["cases"]?.arrayValue) {
      let name = try #require(entry["name"]?.stringValue)
      let (weights, losses) = try train(network, start, examples, entry)
      #expect(relativeDifference(losses, try Golden.floats(entry["losses"])) < 1e-5, "\(name): losses")
      for expected in try Golden.stateDict(entry["weights"]).entries {
        let values = try #require(weights[expected.name]).values
        #expect(relativeDifference(values, expected.values) < 1e-5, "\(name): \(expected.name)")
      }
    }
  }

  private func train(
    _ network: NetworkDefinition, _ start: StateDict, _ examples: FloatExamples, _ entry: JSONValue
  ) throws -> (StateDict, losses: [Float]) {
    let optimizerName = try #require(entry["optimizer"]?.stringValue)
    let type = try #require(OptimizerRegistry.type(named: optimizerName))
    var settings = type.defaults
    for (key, value) in try #require(entry["settings"]?.objectValue).members {
      #expect(settings.names.contains(key))
      settings[key] = try #require(value.numberValue)
    }
    let learningRate = try #require(entry["learning-rate"]?.numberValue)
    var optimizer = type.init(settings: settings, parameterCount: flatten(start).count)
    var weights = start
    var losses: [Float] = []
    for _ in 0..<20 {
      let result = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 2)
      losses.append(Float(result.loss))
      var parameters = flatten(weights)
      let gradient = flatten(result.gradient)
      optimizer.step(parameters: &parameters, gradient: gradient, learningRate: learningRate)
      weights = try unflatten(parameters, like: weights)
    }
    return (weights, losses)
  }

  private func flatten(_ weights: StateDict) -> [Float] { weights.entries.flatMap(\.values) }

  private func unflatten(_ values: [Float], like weights: StateDict) throws -> StateDict {
    var result = StateDict()
    var offset = 0
    for entry in weights.entries {
      let count = entry.values.count
      try result.set(entry.name, shape: entry.shape, values: Array(values[offset..<offset + count]))
      offset += count
    }
    return result
  }
}
