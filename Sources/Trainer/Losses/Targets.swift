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
