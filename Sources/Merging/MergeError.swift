import Tensors

/// A fact about ingredients that could not be merged.
package struct MergeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: String, Hashable, Sendable {
    /// There is nothing to merge.
    case noIngredients
    /// An element type that has no arithmetic: integers, booleans, quantised types.
    case unsupportedDType
    /// A buffer holds another number of bytes than its elements need.
    case sizeMismatch
    /// A weight is not finite.
    case badWeight
    /// The weights add up to zero or to no finite number, so they cannot be normalised.
    case badWeightSum
  }

  package let code: Code
  /// What failed, with the numbers. The caller knows the tensor's name.
  package let message: String

  package var description: String { message }

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ error: TensorError) {
    self.init(error.code == .unsupportedDType ? .unsupportedDType : .sizeMismatch, error.message)
  }
}
