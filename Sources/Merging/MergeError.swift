import Tensors

/// A fact about ingredients that could not be merged, or about a way to merge that makes no sense.
package struct MergeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: String, CaseIterable, Hashable, Sendable {
    /// There is nothing to merge.
    case noIngredients
    /// More or fewer models than the recipe merges.
    case modelCountMismatch
    /// The recipe needs the model that the others were made from.
    case baseRequired
    /// The recipe needs something of a model beside its weights.
    case companionRequired
    /// The inputs disagree on the shape of a tensor.
    case shapeMismatch
    /// Elements without arithmetic (integers, booleans, quantised types) differ.
    case conflict
    /// An element type that has no arithmetic here.
    case unsupportedDType
    /// A buffer holds another number of bytes than its elements need.
    case sizeMismatch
    /// A weight is not finite.
    case badWeight
    /// The weights add up to zero or to no finite number, so they cannot be normalised.
    case badWeightSum
    /// There is no recipe of that name.
    case unknownRecipe
    /// The recipe has no parameter of that name.
    case unknownParameter
    /// A parameter has a value that it cannot have, or none.
    case badParameter
  }

  package let code: Code
  /// What failed, with the numbers. The caller knows the tensor's name.
  package let message: String
  /// The word that is not known, for `unknownRecipe` and `unknownParameter`.
  package let word: String?
  /// What could have stood in its place.
  package let candidates: [String]

  package var description: String { message }

  package init(_ code: Code, _ message: String, word: String? = nil, candidates: [String] = []) {
    self.code = code
    self.message = message
    self.word = word
    self.candidates = candidates
  }

  init(_ error: TensorError) {
    self.init(error.code == .unsupportedDType ? .unsupportedDType : .sizeMismatch, error.message)
  }
}
