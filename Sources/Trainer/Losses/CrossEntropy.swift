import Glibc

/// The softmax cross-entropy: loss = log(sum over j of exp z[j]) - z[label].
///
/// Gradient: dz = scale x (softmax(z) - onehot(label)). The largest logit is subtracted first, so exp cannot overflow.
/// Shapes: logits [N, classCount], labels [N].
/// DType: f32 exponentials, their sum and the loss in f64.
/// NaN and infinity: a NaN or +infinity among the logits makes the loss NaN.
/// Determinism: one thread, fixed order.
/// Source: torch.nn.CrossEntropyLoss; with scale 1/N its reduction "mean".
package struct CrossEntropy: Loss {
  package static let name = "cross-entropy"

  package init() {}

  package func evaluate(
    logits: UnsafePointer<Float>, labels: UnsafeBufferPointer<Int32>, classCount: Int, scale: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    var total = 0.0
    for (sample, label) in labels.enumerated() {
      let row = UnsafeBufferPointer(start: logits + sample * classCount, count: classCount)
      let rowGradient = gradient + sample * classCount
      let (largest, sum) = Self.softmax(row, into: rowGradient)
      for index in 0..<classCount { rowGradient[index] = Float(Double(rowGradient[index]) / sum) * scale }
      rowGradient[Int(label)] -= scale
      total += log(sum) + Double(largest) - Double(row[Int(label)])
    }
    return total
  }

  /// Writes exp(z - max z) and returns max z and the sum of what it wrote.
  private static func softmax(
    _ logits: UnsafeBufferPointer<Float>, into exponentials: UnsafeMutablePointer<Float>
  ) -> (largest: Float, sum: Double) {
    var largest = -Float.infinity
    for value in logits where value > largest || value.isNaN { largest = value }
    var sum = 0.0
    for (index, value) in logits.enumerated() {
      exponentials[index] = exp(value - largest)
      sum += Double(exponentials[index])
    }
    return (largest, sum)
  }
}
