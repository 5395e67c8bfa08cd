import Tensors

/// One tensor's merge with everything decided: any range of the result can be had, in any order, from any thread.
package struct PreparedMerge: Sendable {
  /// An input of the merge.
  package enum Source: Hashable, Sendable {
    case base
    /// Position in `MergeInput.models`.
    case model(Int)
  }

  /// What becomes of the tensor.
  package enum Status: String, Hashable, Sendable {
    /// All inputs hold the same bytes: so does the result.
    case equal
    /// It has no elements.
    case empty
    /// One input's bytes are the result, because the recipe or the rules for tensors without arithmetic say so.
    case taken
    /// A counter of training steps: the largest.
    case counter
    /// Computed.
    case combined
  }

  package let name: String
  package let shape: Shape
  package let dtype: DType
  package let status: Status
  /// The input whose bytes are the result as they are, if there is one: nothing need be computed, or stored anew.
  package let source: Source?
  private let combination: any TensorCombination
  private let inputs: [any TensorReader]

  init(_ input: MergeInput, dtype: DType, status: Status, source: Source?, combination: any TensorCombination) {
    name = input.name
    shape = input.shape
    self.dtype = dtype
    self.status = status
    self.source = source
    self.combination = combination
    inputs = input.models.map(\.reader) + (input.base.map { [$0] } ?? [])
  }

  package var elementCount: Int { shape.elementCount }

  /// Computes elements `elements` of the result, in C order, as little-endian bytes of `dtype`.
  ///
  /// - Parameter buffer: room for exactly these elements, apart from all inputs.
  /// - Returns: how many of them are not finite.
  /// - Determinism: the same bytes however the tensor is cut, and from any thread.
  /// - Throws: `sizeMismatch`; what a reader throws.
  package func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws -> NonFiniteCount {
    guard elements.lowerBound >= 0, elements.upperBound <= elementCount,
      buffer.count == StoredRange.bytes(of: elements, dtype)?.count
    else {
      throw MergeError(
        .sizeMismatch, "\(buffer.count) bytes do not hold elements \(elements) of \(elementCount) \(dtype.rawValue)")
    }
    var count = NonFiniteCount()
    for piece in StatisticsGrid.pieces(of: elements, count: readElementCount) {
      let place = piece.lowerBound - elements.lowerBound..<piece.upperBound - elements.lowerBound
      guard let bytes = StoredRange.bytes(of: place, dtype) else {
        throw MergeError(.sizeMismatch, "elements \(piece) of type \(dtype.rawValue) are no whole bytes")
      }
      count += try combine(piece, UnsafeMutableRawBufferPointer(rebasing: buffer[bytes]))
    }
    return count
  }

  /// Elements that are read at a time: few enough to stay in the second-level cache, unless readers like more.
  private var readElementCount: Int {
    inputs.reduce(StatisticsGrid.cellElementCount) { max($0, $1.preferredElementCount) }
  }

  private func combine(_ elements: Range<Int>, _ buffer: UnsafeMutableRawBufferPointer) throws -> NonFiniteCount {
    try combination.combine(elements: elements, into: buffer)
    let result = UnsafeRawBufferPointer(buffer)
    var count = NonFiniteCount(of: result, as: dtype)
    if count.infinite > 0 {
      count.overflowed = try NonFiniteCount.overflows(in: result, as: dtype, from: inputs, elements: elements)
    }
    return count
  }
}

/// Computes any range of one tensor's result.
protocol TensorCombination: Sendable {
  /// - Parameter buffer: room for exactly the elements, in the type of the result.
  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws
}

/// A recipe's decision for one tensor.
package struct MergeDecision: Sendable {
  enum Kind: Sendable {
    case take(PreparedMerge.Source)
    case combine(any TensorCombination)
  }
  let kind: Kind

  static func take(_ source: PreparedMerge.Source) -> MergeDecision { MergeDecision(kind: .take(source)) }
  static func combine(_ combination: any TensorCombination) -> MergeDecision {
    MergeDecision(kind: .combine(combination))
  }
}
