import Foundation
import Testing
import Trainer

struct EvaluatorTests {
  @Test func countsPredictionsByDomain() throws {
    let dataset = try Samples.dataset()
    let examples = try dataset.examples(RowSelection(perDomain: 50))
    let network = try Samples.network()
    let weights = try network.initialStateDict(seed: 1)
    let evaluator = try Evaluator(network: network, weights: weights, threadCount: 2)
    let evaluation = try evaluator.evaluate(examples)
    let logits = try evaluator.logits(examples)

    #expect(evaluation.exampleCount == 100)
    #expect(evaluation.domains.map(\.exampleCount) == [50, 50])
    #expect(evaluation.domains.reduce(0) { $0 + $1.correctCount } == evaluation.correctCount)
    var logLoss = 0.0
    for (row, label) in examples.labels.enumerated() {
      let scores = logits[row * 3..<row * 3 + 3].map(Double.init)
      #expect(evaluation.predictions[row] == Int32(try #require(scores.indices.max { scores[$0] < scores[$1] })))
      #expect(evaluation.correctness[row] == (evaluation.predictions[row] == label))
      logLoss -= log(exp(scores[Int(label)]) / scores.reduce(0) { $0 + exp($1) })
    }
    #expect(abs(evaluation.meanLogLoss - logLoss / 100) < 1e-6)
  }

  @Test func logitsDoNotDependOnThreads() throws {
    let examples = try Samples.dataset().examples(RowSelection())
    let network = try Samples.network()
    let weights = try network.initialStateDict(seed: 1)
    let reference = try Evaluator(network: network, weights: weights, threadCount: 1).logits(examples)
    for threadCount in [2, 3, 9] {
      let logits = try Evaluator(network: network, weights: weights, threadCount: threadCount).logits(examples)
      #expect(logits == reference)
    }
  }

  @Test func emptyAndUnfitExamples() throws {
    let network = try Samples.network(classCount: 2)
    let evaluator = try Evaluator(network: network, weights: network.initialStateDict(seed: 1), threadCount: 2)
    let dataset = try Samples.dataset()
    #expect(try evaluator.evaluate(dataset.examples(RowSelection(perDomain: 0))).accuracy == 0)
    expectTrainerError(.classCountMismatch, "label 2", "2 classes") {
      _ = try evaluator.evaluate(dataset.examples(RowSelection()))
    }
  }

  @Test func brokenWeightsPredictNothing() throws {
    let network = try Samples.network()
    var weights = try network.initialStateDict(seed: 1)
    try weights.set("head.bias", shape: [3], values: [.nan, 0, 0])
    let evaluation = try Evaluator(network: network, weights: weights, threadCount: 1)
      .evaluate(Samples.dataset().examples(RowSelection(perDomain: 3)))
    #expect(evaluation.predictions == Array(repeating: -1, count: 6))
    #expect(evaluation.accuracy == 0 && evaluation.meanLogLoss.isNaN)
  }
}
