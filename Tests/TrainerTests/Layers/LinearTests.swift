import Tensors
import Testing
import Trainer

/// Linears with so many weights that they work off the whole batch at once, against the same sums in f64.
struct LinearTests {
  private static let (inputs, hidden, outputs) = (150, 230, 147)

  private static func values(_ count: Int, _ stream: String, scale: Double) -> [Float] {
    let random = CounterRandom(seed: 6, stream: stream)
    return (0..<UInt64(count)).map { Float(random.normal(at: $0) * scale) }
  }

  @Test(arguments: [1, 31, 70])
  func wholeBatchesAreTheSumsTheyShouldBe(count: Int) throws {
    let (inputs, hidden, outputs) = (Self.inputs, Self.hidden, Self.outputs)
    let network = try NetworkDefinition(
      input: .features(inputs),
      layers: [
        NamedLayer(name: "first", Linear(inFeatures: inputs, outFeatures: hidden)),
        NamedLayer(name: "head", Linear(inFeatures: hidden, outFeatures: outputs)),
      ], head: "head")
    var weights = StateDict()
    let first = Self.values(inputs * hidden, "first", scale: 0.1)
    let head = Self.values(hidden * outputs, "head", scale: 0.1)
    try weights.set("first.weight", shape: [hidden, inputs], values: first)
    try weights.set("first.bias", shape: [hidden], values: Self.values(hidden, "first.bias", scale: 1))
    try weights.set("head.weight", shape: [outputs, hidden], values: head)
    try weights.set("head.bias", shape: [outputs], values: Self.values(outputs, "head.bias", scale: 1))
    let x = Self.values(count * inputs, "x", scale: 1)
    let examples = try FloatExamples(
      inputShape: network.input, labels: Array(repeating: 0, count: count), values: x)
    let result = try LossGradient(
      network: network, weights: weights, examples: examples, objective: .batch(HalfSquare()), threadCount: 2)

    let bias = { (name: String) in weights[name]?.values ?? [] }
    let h = Self.multiply(x, first, bias("first.bias"), rows: count, inputs: inputs, outputs: hidden)
    let y = Self.multiply(h, head, bias("head.bias"), rows: count, inputs: hidden, outputs: outputs)
    let logits = try Evaluator(network: network, weights: weights, threadCount: 2).logits(examples)
    #expect(relativeDifference(logits, y.map { Float($0) }) < 1e-5)

    // The gradient of half the squared outputs is the outputs.
    var slope = [Double](repeating: 0, count: count * hidden)
    for row in 0..<count {
      for output in 0..<outputs {
        for unit in 0..<hidden {
          slope[row * hidden + unit] += y[row * outputs + output] * Double(head[output * hidden + unit])
        }
      }
    }
    for (name, gradient, input, width) in [
      ("head", y, h, outputs), ("first", slope, x.map { Double($0) }, hidden),
    ] {
      let inputWidth = input.count / count
      var expected = [Double](repeating: 0, count: width * inputWidth)
      var sums = [Double](repeating: 0, count: width)
      for row in 0..<count {
        for output in 0..<width {
          let value = gradient[row * width + output]
          sums[output] += value
          for index in 0..<inputWidth {
            expected[output * inputWidth + index] += value * input[row * inputWidth + index]
          }
        }
      }
      let computed = try #require(result.gradient["\(name).weight"]).values
      #expect(relativeDifference(computed, expected.map { Float($0) }) < 1e-5, "\(name)")
      let computedSums = try #require(result.gradient["\(name).bias"]).values
      #expect(relativeDifference(computedSums, sums.map { Float($0) }) < 1e-5, "\(name)")
    }
  }

  private static func multiply<Value: BinaryFloatingPoint>(
    _ rows: [Value], _ weight: [Float], _ bias: [Float], rows count: Int, inputs: Int, outputs: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: count * outputs)
    for row in 0..<count {
      for output in 0..<outputs {
        var sum = Double(bias[output])
        for index in 0..<inputs { sum += Double(rows[row * inputs + index]) * Double(weight[output * inputs + index]) }
        result[row * outputs + output] = sum
      }
    }
    return result
  }
}

/// Half the sum of the squared outputs.
private struct HalfSquare: BatchLoss {
  var hasFeatureGradient: Bool { false }

  func evaluate(_ batch: LossBatch) -> Double {
    var sum = 0.0
    for index in 0..<batch.sampleCount * batch.classCount {
      batch.logitGradient[index] = batch.logits[index]
      sum += Double(batch.logits[index]) * Double(batch.logits[index]) / 2
    }
    return sum
  }
}
