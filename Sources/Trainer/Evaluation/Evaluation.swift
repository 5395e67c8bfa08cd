/// How well a network does on a set of examples.
package struct Evaluation: Sendable, Equatable {
  package struct Domain: Sendable, Equatable {
    package let name: String
    package let correctCount: Int
    package let exampleCount: Int
    /// As that of all examples.
    package let meanLogLoss: Double
    package var accuracy: Double { exampleCount == 0 ? 0 : Double(correctCount) / Double(exampleCount) }
  }

  /// The class each example is told to be: that of the largest logit, the first of equals; -1 if a logit is NaN.
  package let predictions: [Int32]
  /// Whether each prediction is the label.
  package let correctness: [Bool]
  /// The mean of log(sum of exp z) - z[label].
  package let meanLogLoss: Double
  /// Domains with at least one example, in the data set's order.
  package let domains: [Domain]

  package var exampleCount: Int { correctness.count }
  package var correctCount: Int { correctness.count { $0 } }
  /// 0 for no examples.
  package var accuracy: Double { exampleCount == 0 ? 0 : Double(correctCount) / Double(exampleCount) }

  /// - Parameter logits: [labels.count, classCount].
  package init(logits: [Float], examples: ExampleSet) {
    let classCount = examples.count == 0 ? 0 : logits.count / examples.count
    var predictions: [Int32] = []
    predictions.reserveCapacity(examples.count)
    var losses: [Double] = []
    losses.reserveCapacity(examples.count)
    logits.withUnsafeBufferPointer { logits in
      for (index, label) in examples.labels.enumerated() {
        let row = UnsafeBufferPointer(rebasing: logits[index * classCount..<(index + 1) * classCount])
        predictions.append(Self.predictedClass(row))
        losses.append(Self.logLoss(row, label: Int(label)))
      }
    }
    self.predictions = predictions
    correctness = zip(predictions, examples.labels).map { $0 == $1 }
    meanLogLoss = examples.count == 0 ? 0 : losses.reduce(0, +) / Double(examples.count)
    domains = Self.domains(of: examples, correctness: correctness, losses: losses)
  }

  private static func domains(of examples: ExampleSet, correctness: [Bool], losses: [Double]) -> [Domain] {
    var sums = Array(repeating: (correct: 0, all: 0, loss: 0.0), count: examples.domainNames.count)
    for (index, domain) in examples.domains.enumerated() {
      sums[Int(domain)].all += 1
      sums[Int(domain)].loss += losses[index]
      if correctness[index] { sums[Int(domain)].correct += 1 }
    }
    return zip(examples.domainNames, sums).compactMap { name, sum in
      sum.all == 0
        ? nil
        : Domain(
          name: name, correctCount: sum.correct, exampleCount: sum.all, meanLogLoss: sum.loss / Double(sum.all))
    }
  }
}
