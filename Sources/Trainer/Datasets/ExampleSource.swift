/// Labelled examples a network can be run on, by row number.
package protocol ExampleSource: Sendable {
  var inputShape: ActivationShape { get }
  var labels: [Int32] { get }
  /// The domain of each row, an index into the data set's domain names; all 0 without domains.
  var domains: [Int32] { get }

  /// The number that a row has in its data set.
  func number(ofRow row: Int) -> Int

  /// Writes one row in the memory order of `inputShape`, read and transformed if need be. Called from several threads.
  ///
  /// - Parameter augmentation: what the random transforms of training draw from; nil leaves them out.
  /// - Throws: `TrainerError` with code `ioFailure` or `malformedDataFile` if the row's file has changed since it was
  ///   checked.
  func copyInput(row: Int, augmentation: Augmentation?, into target: UnsafeMutablePointer<Float>) throws
}

extension ExampleSource {
  package var count: Int { labels.count }
  package func number(ofRow row: Int) -> Int { row }

  /// Writes one row as it is evaluated.
  package func copyInput(row: Int, into target: UnsafeMutablePointer<Float>) throws {
    try copyInput(row: row, augmentation: nil, into: target)
  }
}
