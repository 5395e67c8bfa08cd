extension Evaluator {
  /// What a metric needs to know of every example, in pieces, so that memory does not grow with the logits.
  ///
  /// - Parameter progress: how many examples are done; throws to stop.
  /// - Throws: `TrainerError` with code `classCountMismatch` or `shapeMismatch` before anything is computed.
  package func outcomes(
    _ examples: ExampleSet, for measure: CertificateMetric.Measure, progress: (Int) throws -> Void = { _ in }
  ) throws -> ExampleOutcomes {
    try checkLabels(of: examples)
    let examples = try encoded(examples)
    var all = ExampleOutcomes(
      measure, logits: UnsafeBufferPointer(start: nil, count: 0), labels: [], domains: [],
      domainNames: examples.domainNames)
    for first in stride(from: 0, to: examples.count, by: Self.pieceSize) {
      let piece = ExamplePiece(whole: examples, rows: first..<min(first + Self.pieceSize, examples.count))
      let logits = try output(piece)
      withExtendedLifetime(logits) {
        all.append(
          ExampleOutcomes(
            measure, logits: UnsafeBufferPointer(logits.elements), labels: piece.labels, domains: piece.domains,
            domainNames: examples.domainNames))
      }
      try progress(piece.rows.upperBound)
    }
    return all
  }

  private static let pieceSize = 2048
}

/// Some of a set's examples, one after the other.
private struct ExamplePiece: ExampleSource {
  let whole: ExampleSet
  let rows: Range<Int>

  var inputShape: ActivationShape { whole.inputShape }
  var labels: [Int32] { Array(whole.labels[rows]) }
  var domains: [Int32] { Array(whole.domains[rows]) }

  func copyInput(row: Int, augmentation: Augmentation?, into target: UnsafeMutablePointer<Float>) throws {
    try whole.copyInput(row: rows.lowerBound + row, augmentation: augmentation, into: target)
  }
}
