import Glibc

extension ExampleOutcomes {
  /// What a network's output says of examples.
  ///
  /// With p the softmax of the logits z (of a single logit that of (0, z)), all in f64: the rank of the label is the number of
  /// logits that are larger, or equal and before it; the confidence is max p; the squared error the mean over c of
  /// (p_c - y_c)². A row with a NaN is told wrong and has NaN for values.
  ///
  /// - Parameter logits: [examples, classCount].
  package init(
    _ measure: CertificateMetric.Measure, logits: UnsafeBufferPointer<Float>, labels: [Int32], domains: [Int32],
    domainNames: [String]
  ) {
    self.init(domainNames: domainNames, domains: domains)
    let classCount = labels.isEmpty ? 0 : logits.count / labels.count
    let rows = labels.indices.map { row in
      Row(UnsafeBufferPointer(rebasing: logits[row * classCount..<(row + 1) * classCount]), label: labels[row])
    }
    switch measure {
    case .accuracy: correct = rows.map { $0.prediction == $0.label }
    case .top(let k): correct = rows.map { $0.rank < k }
    case .balancedAccuracy, .macroF1:
      self.labels = labels
      predictions = rows.map(\.prediction)
    case .logLoss: values = rows.map { Evaluation.logLoss($0.logits, label: Int($0.label)) }
    case .meanSquaredError: values = rows.map(\.squaredError)
    case .calibrationError:
      correct = rows.map { $0.prediction == $0.label }
      values = rows.map(\.confidence)
    }
  }

  private struct Row {
    let logits: UnsafeBufferPointer<Float>
    let label: Int32
    let prediction: Int32

    init(_ logits: UnsafeBufferPointer<Float>, label: Int32) {
      self.logits = logits
      self.label = label
      prediction = Evaluation.predictedClass(logits)
    }

    var rank: Int {
      guard prediction >= 0 else { return .max }
      guard logits.count > 1 else { return prediction == label ? 0 : 1 }
      let own = logits[Int(label)]
      return logits.indices.count { logits[$0] > own || (logits[$0] == own && $0 < Int(label)) }
    }

    var confidence: Double {
      prediction < 0 ? .nan : exp(-Evaluation.logLoss(logits, label: Int(prediction)))
    }

    var squaredError: Double {
      guard prediction >= 0 else { return .nan }
      let classCount = max(2, logits.count)
      let sum = (0..<classCount).reduce(0.0) { sum, index in
        let difference = exp(-Evaluation.logLoss(logits, label: index)) - (index == Int(label) ? 1 : 0)
        return sum + difference * difference
      }
      return sum / Double(classCount)
    }
  }
}
