import Checkpoints
import Tensors

/// The same tensor of all models that are merged.
package struct TensorMergeInput: Sendable {
  package struct Model: Sendable {
    package let tensor: StoredTensor
    /// The share beside the others.
    package let weight: Double
    /// Which model it is, the same number for all tensors.
    package let index: Int
  }

  /// For tensors whose rows stand for tokens that the versions number differently.
  package struct Alignment: Sendable {
    package let rows: VocabularyRows
    /// The tensors that rows are taken from.
    package let tensors: [StoredTensor]
    /// Which of them the base is.
    package let base: Int?
    /// Which of them each model is.
    package let models: [Int]
  }

  /// The name whose random numbers are drawn: tied tensors have one.
  package let name: String
  /// Of the result.
  package let dtype: DType
  package let base: StoredTensor?
  package let models: [Model]
  package let seed: UInt64
  /// Rows of the result that stand elsewhere in the inputs; `nil` if all have the result's shape.
  package let alignment: Alignment?
}

/// A way to compute tensors, supplied by the caller: the store knows of no formulas.
package protocol TensorStrategy: Sendable {
  /// Whether it starts from what the models were made from.
  var needsBase: Bool { get }

  /// Looks at the whole model before the first tensor is prepared, if it has to.
  func survey(_ tensors: [TensorMergeInput], _ parallel: ParallelRunner) throws -> (any Sendable)?

  /// Decides one tensor.
  func prepare(
    _ input: TensorMergeInput, survey: (any Sendable)?, _ parallel: ParallelRunner
  ) throws -> PreparedTensor
}

/// One tensor's merge with everything decided.
package struct PreparedTensor: Sendable {
  /// The input whose bytes are the result: the base if `nil` stands in it, else a position in `models`.
  package enum Source: Hashable, Sendable {
    case base
    case model(Int)
  }

  package let source: Source?
  /// Of the result.
  package let dtype: DType
  /// Writes elements of the result, little-endian.
  package let combine: @Sendable (_ elements: Range<Int>, _ buffer: UnsafeMutableRawBufferPointer) throws -> Void

  package init(
    source: Source?, dtype: DType,
    combine: @escaping @Sendable (_ elements: Range<Int>, _ buffer: UnsafeMutableRawBufferPointer) throws -> Void
  ) {
    self.source = source
    self.dtype = dtype
    self.combine = combine
  }
}

/// Threads that the store lends to a strategy.
package struct ParallelRunner: Sendable {
  let loop: ParallelLoop

  package var workerCount: Int { loop.workerCount }

  /// Calls `body` once for each index below `count`.
  package func run(count: Int, _ body: (Int) throws -> Void) throws { try loop.run(count: count, body) }
}
