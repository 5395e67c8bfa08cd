import Glibc

extension Evaluation {
  /// The class a network tells: the index of the largest logit, the first of equals; of a single logit 1 if it is above
  /// 0, else 0; -1 if one is NaN.
  static func predictedClass(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    if logits.count == 1 { return logits[0].isNaN ? -1 : logits[0] > 0 ? 1 : 0 }
    var best = 0
    for (index, value) in logits.enumerated() {
      if value.isNaN { return -1 }
      if value > logits[best] { best = index }
    }
    return Int32(best)
  }

  /// log(sum of exp z) - z[label], in f64; of a single logit that of (0, z).
  static func logLoss(_ logits: UnsafeBufferPointer<Float>, label: Int) -> Double {
    if logits.count == 1 {
      let margin = label == 1 ? -Double(logits[0]) : Double(logits[0])
      return max(margin, 0) + log1p(exp(-abs(margin)))
    }
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
    return log(sum) + largest - Double(logits[label])
  }

  /// How many rows are told right. Shapes: logits [labels.count, classCount].
  static func correctCount(
    logits: UnsafePointer<Float>, labels: [Int32], classCount: Int
  ) -> Int {
    labels.indices.count { row in
      predictedClass(UnsafeBufferPointer(start: logits + row * classCount, count: classCount)) == labels[row]
    }
  }
}
