/// A row of a data set: which image it shows, how it is turned, what it is and where it belongs.
package struct ImageRow: Sendable, Equatable {
  package let image: Int
  package let label: Int32
  /// An index into the data set's domain names.
  package let domain: Int32
  /// Degrees, counter-clockwise.
  package let angle: Double
}
