import Glibc

extension Evaluation {
  /// The index of the largest value, the first of equals; -1 if one is NaN.
  static func largest(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    var best = 0
    for (index, value) in logits.enumerated() {
      if value.isNaN { return -1 }
      if value > logits[best] { best = index }
    }
    return Int32(best)
  }

  /// log(sum of exp z) - z[label], in f64.
  static func logLoss(_ logits: UnsafeBufferPointer<Float>, label: Int) -> Double {
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
    return log(sum) + largest - Double(logits[label])
  }
}
