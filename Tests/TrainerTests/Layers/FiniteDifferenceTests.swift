import Documents
import Tensors
import Testing
import Trainer

/// Every layer's gradient in f32 against central differences, along random directions of each parameter, of a loss in
/// f64: that of `ReferenceNetwork`, which shares no code with the trainer.
///
/// The networks are those of the golden files, a convolution before each layer, so that its input's gradient counts, and
/// some that PyTorch cannot be asked about.
struct FiniteDifferenceTests {
  private struct Case {
    let name: String
    let definition: JSONValue
    let network: NetworkDefinition
    let weights: StateDict
    let labels: [Int32]
    let inputs: [Float]
    var isFrozen = false

    func isPadding(_ index: Int, of parameter: StateDict.Entry) -> Bool {
      let first = definition["layers"]?.arrayValue?.first
      guard first?["type"]?.stringValue == "Embedding", parameter.name == "0.weight",
        let row = first?["padding_idx"]?.integerValue
      else { return false }
      return index / parameter.shape[1] == Int(row)
    }
  }

  @Test func everyLayersGradientIsTheSlopeOfTheLossInDoublePrecision() throws {
    var types: Set<String> = []
    for item in try goldenCases() + ownCases() {
      for layer in item.definition["layers"]?.arrayValue ?? [] { types.insert(layer["type"]?.stringValue ?? "") }
      try check(item)
    }
    #expect(types == Set(LayerRegistry.names + ["Residual"]))
  }

  private func check(_ item: Case) throws {
    let examples = try FloatExamples(inputShape: item.network.input, labels: item.labels, values: item.inputs)
    var options = ExecutionOptions()
    options.freezesBatchStatistics = item.isFrozen
    let computed = try LossGradient(
      network: item.network, weights: item.weights, examples: examples, options: options, threadCount: 2)
    var reference = try ReferenceNetwork(
      item.definition, weights: item.weights, isTraining: true, freezesStatistics: item.isFrozen)
    for entry in item.weights.entries { reference.rowCounts[entry.name] = entry.shape.first }
    let input = ReferenceTensor(
      shape: [item.labels.count] + item.network.input.dimensions, values: item.inputs.map { Double($0) })
    let loss = try reference.loss(input, labels: item.labels)
    #expect(abs(computed.loss - loss) < 2e-6 * abs(loss), "\(item.name): \(computed.loss) and \(loss)")

    for gradient in computed.gradient.entries {
      let values = try #require(reference.weights[gradient.name])
      let norm = gradient.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      for number in 0..<3 {
        var direction = unitVector(count: values.count, stream: "\(gradient.name)/\(number)")
        // A padding row is not trained, whatever its slope.
        for index in direction.indices where item.isPadding(index, of: gradient) { direction[index] = 0 }
        let slope = zip(gradient.values, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
        let step = 1e-6
        let moved = { (sign: Double) in
          var network = reference
          network.weights[gradient.name] = zip(values, direction).map { $0 + sign * step * $1 }
          return try network.loss(input, labels: item.labels)
        }
        let difference = (try moved(1) - moved(-1)) / (2 * step)
        #expect(
          abs(difference - slope) < 1e-5 * norm + 1e-7,
          "\(item.name), \(gradient.name): \(difference) and \(slope) of \(norm)")
      }
    }
  }

  private func goldenCases() throws -> [Case] {
    try #require(try Golden.read("layers.json")["cases"]?.arrayValue).map { golden in
      let definition = try #require(golden["definition"])
      return Case(
        name: golden["name"]?.stringValue ?? "", definition: definition,
        network: try NetworkDefinition(json: definition), weights: try Golden.stateDict(golden["weights"]),
        labels: try Golden.integers(golden["labels"]).map { Int32($0) }, inputs: try Golden.floats(golden["inputs"]),
        isFrozen: golden["frozen"]?.boolValue ?? false)
    }
  }

  /// Dropout, whose random numbers are wgit's own, and PyTorch's AdaptiveAvgPool2d under its name here.
  private func ownCases() throws -> [Case] {
    try [
      ("Dropout of images", #"{"type": "Dropout", "p": 0.3}, {"type": "Flatten"}"#, 60),
      ("GlobalAvgPool", #"{"type": "GELU"}, {"type": "GlobalAvgPool"}"#, 4),
      ("Dropout of features", #"{"type": "Flatten"}, {"type": "Dropout"}"#, 60),
    ].map { name, layers, features in
      let definition = try JSONParser.parse(
        """
        {"format": "wgit-network", "version": 1, "input": [2, 5, 3], "head": "head", "layers": [
          {"name": "before", "type": "Conv2d", "in_channels": 2, "out_channels": 4, "kernel_size": 1}, \(layers),
          {"name": "head", "type": "Linear", "in_features": \(features), "out_features": 3}]}
        """)
      let network = try NetworkDefinition(json: definition)
      let random = CounterRandom(seed: 1, stream: name)
      return Case(
        name: name, definition: definition, network: network, weights: try network.initialStateDict(seed: 5),
        labels: (0..<7).map { Int32($0 % 3) }, inputs: (0..<UInt64(7 * 30)).map { Float(random.normal(at: $0)) })
    }
  }

  private func unitVector(count: Int, stream: String) -> [Double] {
    let random = CounterRandom(seed: 2, stream: stream)
    let values = (0..<UInt64(count)).map(random.normal(at:))
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / norm }
  }
}
