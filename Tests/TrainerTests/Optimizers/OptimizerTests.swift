import Documents
import Testing
import Trainer

/// Twenty full-batch steps of a convolutional network as a task says them, against PyTorch.
struct OptimizerTests {
  private static let stepCount = 20

  @Test func twentyStepsMatchPyTorch() throws {
    let golden = try Golden.read("optimizers.json")
    let network = try NetworkDefinition(json: try #require(golden["definition"]))
    let start = try Golden.stateDict(golden["weights"])
    let examples = try Golden.examples(golden, for: network)
    var optimizers: Set<String> = []
    for entry in try #require(golden["cases"]?.arrayValue) {
      let name = try #require(entry["name"]?.stringValue)
      let task = try Samples.task("steps: \(Self.stepCount)\n" + #require(entry["task"]?.stringValue))
      optimizers.insert(task.optimizer.name)
      let (weights, losses) = try train(network, start, examples, task)
      #expect(relativeDifference(losses, try Golden.floats(entry["losses"])) < 1e-5, "\(name): losses")
      for expected in try Golden.stateDict(entry["weights"]).entries {
        let values = try #require(weights[expected.name]).values
        #expect(relativeDifference(values, expected.values) < 1e-5, "\(name): \(expected.name)")
      }
    }
    #expect(optimizers == Set(OptimizerRegistry.names))
  }

  private func train(
    _ network: NetworkDefinition, _ start: StateDict, _ examples: FloatExamples, _ task: TrainingTask
  ) throws -> (StateDict, losses: [Float]) {
    let type = try #require(OptimizerRegistry.type(named: task.optimizer.name))
    let ranges = try task.parameters.ranges(
      of: start.entries.map { ($0.name, $0.values.count) }, weightDecay: task.optimizer.settings["weight-decay"])
    var optimizer = type.init(settings: task.optimizer.settings, parameterCount: flatten(start).count)
    var weights = start
    var losses: [Float] = []
    for step in 0..<Self.stepCount {
      let result = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 2)
      losses.append(Float(result.loss))
      var parameters = flatten(weights)
      var gradient = flatten(result.gradient)
      task.clipping?.apply(to: &gradient, of: ranges, threadCount: 2)
      optimizer.step(
        ranges, parameters: &parameters, gradient: gradient,
        learningRate: task.optimizer.learningRate * task.schedule.factor(step: step, of: Self.stepCount),
        threadCount: 2)
      weights = try unflatten(parameters, like: weights)
    }
    return (weights, losses)
  }

  @Test(arguments: OptimizerRegistry.names)
  func threadsDoNotShow(name: String) throws {
    let type = try #require(OptimizerRegistry.type(named: name))
    let count = 100_000
    let gradient = (0..<count).map { Float($0 % 37) - 18 }
    let ranges = [
      ParameterRange(offset: 5, count: 40_000, weightDecay: 0.1),
      ParameterRange(offset: 50_000, count: count - 50_000, learningRateScale: 0.5, weightDecay: 0),
    ]
    func run(threadCount: Int) -> [Float] {
      var optimizer = type.init(settings: type.defaults, parameterCount: count)
      var parameters = [Float](repeating: 1, count: count)
      var clipped = gradient
      GradientClipping.norm(3).apply(to: &clipped, of: ranges, threadCount: threadCount)
      for _ in 0..<3 {
        optimizer.step(
          ranges, parameters: &parameters, gradient: clipped, learningRate: 0.1, threadCount: threadCount)
      }
      return parameters
    }
    let reference = run(threadCount: 1)
    #expect(run(threadCount: 4) == reference)
    #expect(reference[0..<5].allSatisfy { $0 == 1 } && reference[40_005..<50_000].allSatisfy { $0 == 1 })
    #expect(reference[6] != 1 && reference[50_000] != 1)
  }

  @Test(arguments: OptimizerRegistry.names)
  func resettingForgets(name: String) throws {
    let type = try #require(OptimizerRegistry.type(named: name))
    var settings = type.defaults
    settings["momentum"] = 0.9
    var optimizer = type.init(settings: settings, parameterCount: 2)
    let range = [ParameterRange(offset: 0, count: 2, weightDecay: 0)]
    var first: [Float] = [1, 1]
    optimizer.step(range, parameters: &first, gradient: [3, -2], learningRate: 0.1)
    optimizer.reset()
    var second: [Float] = [1, 1]
    optimizer.step(range, parameters: &second, gradient: [3, -2], learningRate: 0.1)
    #expect(first == second)
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
