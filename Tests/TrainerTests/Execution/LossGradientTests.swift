import Tensors
import Testing
import Trainer

struct LossGradientTests {
  /// A head of 4 million parameters, so large that the shards of a batch do not all fit the memory set aside for them.
  @Test func severalWavesAddUpAsOne() throws {
    let network = try NetworkDefinition(
      input: .features(64), layers: [NamedLayer(name: "head", Linear(inFeatures: 64, outFeatures: 1 << 16))],
      head: "head")
    let weights = try network.initialStateDict(seed: 0)
    let random = CounterRandom(seed: 0, stream: "inputs")
    let examples = try FloatExamples(
      inputShape: network.input, labels: (0..<36).map { Int32($0 * 1000) },
      values: (0..<UInt64(36 * 64)).map { Float(random.uniform(at: $0)) })
    let inWaves = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 1)
    let atOnce = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 5)
    #expect(inWaves.loss == atOnce.loss)
    #expect(inWaves.gradient == atOnce.gradient)
  }

  @Test func unfitExamplesAreRefused() throws {
    let network = try Samples.network()
    let weights = try network.initialStateDict(seed: 0)
    for labels in [[], [Int32(3)], [-1]] {
      let examples = try FloatExamples(
        inputShape: network.input, labels: labels, values: Array(repeating: 0, count: 64 * labels.count))
      expectTrainerError(.labelOutOfRange) {
        _ = try LossGradient(network: network, weights: weights, examples: examples, threadCount: 1)
      }
    }
    expectTrainerError(.shapeMismatch, "65 values") {
      _ = try FloatExamples(inputShape: network.input, labels: [0], values: Array(repeating: 0, count: 65))
    }
  }
}
