/// Labelled examples a network can be run on, by row number.
package protocol ExampleSource: Sendable {
  var inputShape: ActivationShape { get }
  var labels: [Int32] { get }

  /// Writes one row in the memory order of `inputShape`.
  func copyInput(row: Int, into target: UnsafeMutablePointer<Float>)
}

extension ExampleSource {
  package var count: Int { labels.count }
}
