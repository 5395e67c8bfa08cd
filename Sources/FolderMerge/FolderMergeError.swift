/// A fact about models that could not be merged outside a repository.
package struct FolderMergeError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: String, CaseIterable, Hashable, Sendable {
    /// There is no such file, folder or revision.
    case modelNotFound
    /// A folder or revision holds no weights.
    case noWeights
    /// A folder holds several checkpoints and does not say which is meant.
    case severalCheckpoints
    /// Weights in a pickle, which can run programs and is never opened.
    case pickle
    /// Weights whose elements are numbers only together with scales that stand elsewhere.
    case quantized
    /// The file is no checkpoint that can be read, or is damaged.
    case malformedModel
    /// An adapter where a whole model is needed, or the other way round.
    case wrongKind
    /// An adapter that cannot be applied: of another kind, or not fitting the model.
    case badAdapter
    /// Models that do not fit each other: shapes, names, types.
    case conflict
    /// Tokenizers that cannot be united.
    case tokenizerConflict
    /// What was asked for makes no sense: weights, layers, options that exclude each other.
    case badRequest
    /// A method wants to know something of each model beside its weights, and nothing was said.
    case companionMissing
    /// The output is there already.
    case outputExists
    /// The result holds elements that are no finite numbers, and that was to be refused.
    case nonFinite
    /// A file or folder could not be read or written.
    case inputOutput
    /// The user asked to stop.
    case cancelled
  }

  package let code: Code
  /// What failed first, with the quoted subject and the numbers.
  package let message: String
  /// Single items the message is about: tensors, files.
  package let subjects: [String]
  /// The error of a lower layer that caused this one.
  package let cause: (any Error & Sendable)?

  package var description: String { message }

  package init(_ code: Code, _ message: String, subjects: [String] = [], cause: (any Error & Sendable)? = nil) {
    self.code = code
    self.message = message
    self.subjects = subjects
    self.cause = cause
  }
}
