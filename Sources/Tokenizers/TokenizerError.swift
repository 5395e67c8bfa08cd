/// A fact about a tokenizer that was refused.
package struct TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable {
    /// A file is not what its format says.
    case malformed
    /// The tokenizer has a part that is not known here: to leave it out would give other ids.
    case unsupported
    /// An id or a special token that is needed is not in the vocabulary.
    case missingToken
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
