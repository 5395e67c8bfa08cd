/// A fact about a tensor operation that could not be done.
package struct TensorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: String, Hashable, Sendable {
    /// A dimension is below zero.
    case negativeDimension
    /// An element, bit or byte count does not fit in `Int`.
    case sizeOverflow
    /// The elements of a sub-byte type do not fill whole bytes.
    case partialByte
    /// The element type takes no part in floating-point arithmetic here.
    case unsupportedDType
    /// A buffer holds another number of bytes than its elements need.
    case sizeMismatch
  }

  package let code: Code
  /// What failed, with the subject quoted and the numbers.
  package let message: String

  package var description: String { message }

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
