import Tensors
import Testing
import Trainer

/// The gradient against differences of the loss, along random directions of each parameter.
struct FiniteDifferenceTests {
  @Test func gradientIsTheSlopeOfTheLoss() throws {
    let network = try Samples.network()
    let weights = try network.initialStateDict(seed: 5)
    let random = CounterRandom(seed: 1, stream: "inputs")
    let examples = try FloatExamples(
      inputShape: network.input, labels: (0..<16).map { Int32($0 % 3) },
      values: (0..<UInt64(16 * 64)).map { Float(random.normal(at: $0)) })
    let loss = { (weights: StateDict) in
      try LossGradient(network: network, weights: weights, examples: examples, threadCount: 1).loss
    }
    let gradient = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 1).gradient
    for entry in weights.entries {
      let direction = unitVector(count: entry.values.count, stream: entry.name)
      let slope = zip(try #require(gradient[entry.name]).values, direction).reduce(0.0) { $0 + Double($1.0) * $1.1 }
      let step = 1e-3
      let moved = { (sign: Double) in
        var result = weights
        try result.set(
          entry.name, shape: entry.shape,
          values: zip(entry.values, direction).map { Float(Double($0) + sign * step * $1) })
        return try loss(result)
      }
      let difference = (try moved(1) - moved(-1)) / (2 * step)
      #expect(abs(difference - slope) < 5e-4 + 1e-3 * abs(slope), "\(entry.name): \(difference) and \(slope)")
    }
  }

  private func unitVector(count: Int, stream: String) -> [Double] {
    let random = CounterRandom(seed: 2, stream: stream)
    let values = (0..<UInt64(count)).map(random.normal(at:))
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / norm }
  }
}
