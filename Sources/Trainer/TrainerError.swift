/// Why the trainer stopped. The message says what failed first, quotes its subject and gives the numbers.
package struct TrainerError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    /// The BLAS library could not be loaded.
    case blasUnavailable
    /// The caller asked to stop.
    case cancelled
    /// The head's classes and the data set's do not agree.
    case classCountMismatch
    /// A data file the description names is not in the data folder.
    case dataFileMissing
    /// A library that decodes images could not be loaded.
    case imageLibraryUnavailable
    /// An input is no number of an embedding's table.
    case inputOutOfRange
    /// Fewer rows than a selection asks for.
    case insufficientRows
    /// A file could not be read for a reason other than its absence.
    case ioFailure
    /// A label does not fit the number of classes.
    case labelOutOfRange
    /// Factors of low rank that are stored in a way that cannot be used.
    case malformedAdapter
    /// A data file's bytes are not what its format promises.
    case malformedDataFile
    /// A data set description that cannot be meant.
    case malformedDescription
    /// A network definition that cannot be meant.
    case malformedNetwork
    /// A training task that cannot be meant.
    case malformedTask
    /// A state dict lacks a parameter of the network.
    case missingParameter
    /// The loss became infinite or not a number.
    case nonFiniteLoss
    /// A number is past what the trainer is willing to allocate.
    case resourceLimit
    /// A state dict has a parameter the network has not.
    case unexpectedParameter
    /// A saved state that is not one of this run.
    case unfitSnapshot
    /// A pattern for parameters' names that matches none, or patterns that leave none to train.
    case unmatchedPattern
    /// A domain the data set has not.
    case unknownDomain
    /// Shapes of neighbouring layers, or of images and network, do not fit.
    case shapeMismatch
    /// A parameter's shape is not the one the network gives it.
    case wrongParameterShape
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
