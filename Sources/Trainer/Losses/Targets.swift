/// What the logits of a batch should be.
enum Targets {
  /// Writes 1 for each sample's class and 0 for the others; with one column, the label itself.
  ///
  /// Shapes: labels [N] in `0..<columnCount`, or 0 and 1 with one column; targets [N, columnCount].
  static func write(
    _ labels: some Collection<Int32>, columnCount: Int, into targets: UnsafeMutablePointer<Float>
  ) {
    targets.update(repeating: 0, count: labels.count * columnCount)
    for (sample, label) in labels.enumerated() {
      if columnCount == 1 {
        targets[sample] = Float(label)
      } else {
        targets[sample * columnCount + Int(label)] = 1
      }
    }
  }
}

extension Loss {
  /// Writes the gradient of `scale` x the sum of the samples' losses, and returns the unscaled sum.
  ///
  /// Shapes: logits and gradient [labels.count, classCount]; every label is in `0..<classCount`.
  func evaluate(
    logits: UnsafePointer<Float>, labels: UnsafeBufferPointer<Int32>, classCount: Int, scale: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let targets = FloatBuffer(count: labels.count * classCount)
    Targets.write(labels, columnCount: classCount, into: targets.start)
    let losses = evaluate(
      LossInput(logits: logits, targets: targets.start, sampleCount: labels.count, classCount: classCount),
      gradient: gradient)
    for index in 0..<labels.count * classCount { gradient[index] *= scale }
    return losses.reduce(0) { $0 + $1.value }
  }
}
