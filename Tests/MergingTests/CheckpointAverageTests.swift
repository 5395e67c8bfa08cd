import Merging
import Testing

struct CheckpointAverageTests {
  @Test func weighsUniformlyLatestAndLinearly() throws {
    #expect(try CheckpointAverage.uniform.weights(count: 4) == [0.25, 0.25, 0.25, 0.25])
    #expect(try CheckpointAverage.latest(2).weights(count: 4) == [0, 0, 0.5, 0.5])
    #expect(try CheckpointAverage.latest(9).weights(count: 2) == [0.5, 0.5])
    #expect(try CheckpointAverage.linear.weights(count: 3) == [1.0 / 6, 2.0 / 6, 3.0 / 6])
  }

  /// As the recursion does: e₀ = θ₀, eₜ = β eₜ₋₁ + (1 − β) θₜ.
  @Test("equals the recursion", arguments: [0.0, 0.5, 0.9, 0.999], [1, 2, 7])
  func exponential(decay: Double, count: Int) throws {
    let values = (0..<count).map { Double($0 * $0) - 3 }
    var average = values[0]
    for value in values.dropFirst() { average = decay * average + (1 - decay) * value }
    var fromZero = 0.0
    var power = 1.0
    for value in values {
      fromZero = decay * fromZero + (1 - decay) * value
      power *= decay
    }
    for (isDebiased, expected) in [(false, average), (true, fromZero / (1 - power))] {
      let weights = try CheckpointAverage.exponential(decay: decay, isDebiased: isDebiased).weights(count: count)
      let weighted = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(weighted - expected) < 1e-9)
      #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test func refusesWhatMakesNoSense() {
    #expect(code { _ = try CheckpointAverage.uniform.weights(count: 0) } == .noIngredients)
    #expect(code { _ = try CheckpointAverage.latest(0).weights(count: 3) } == .badParameter)
    for decay in [-0.1, 1, .nan, .infinity] {
      #expect(
        code { _ = try CheckpointAverage.exponential(decay: decay, isDebiased: false).weights(count: 3) }
          == .badParameter)
    }
  }

  @Test func fusingWeightsAddUpAndDependOnTheSeed() {
    let weights = FusingWeights.weights(count: 5, seed: 1)
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    #expect(weights.allSatisfy { $0 > 0 })
    // e⁴ between the largest and the smallest at most.
    #expect((weights.max() ?? 0) / (weights.min() ?? 1) < 54.6)
    #expect(FusingWeights.weights(count: 5, seed: 2) != weights)
    #expect(FusingWeights.weights(count: 3, range: 0, seed: 1).allSatisfy { $0 == 1.0 / 3 })
  }
}
