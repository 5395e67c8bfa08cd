import Tensors

/// Σ wᵢθᵢ / d, element by element.
///
/// - Numerics: those of `LinearCombination`. F64 for the 16-bit types too: a sum in F32 would round before the last
///   rounding does, and elements near a tie would come out wrong. Sums of 16-bit inputs are then free of their order as
///   well.
/// - NaN and infinity: propagate.
/// - Cost: one pass over the inputs; sums stay in the first-level cache.
struct WeightedSum: TensorCombination {
  struct Term: Sendable {
    let reader: any TensorReader
    let weight: Double
  }

  let terms: [Term]
  var divisor = 1.0
  let dtype: DType

  /// θ₀ + Σ cᵢ(θᵢ − θ₀), or Σ cᵢθᵢ without a base.
  static func ofChanges(
    _ models: [any TensorReader], _ coefficients: [Double], base: (any TensorReader)?, dtype: DType
  ) -> WeightedSum {
    var terms = zip(models, coefficients).map { Term(reader: $0, weight: $1) }
    if let base { terms.append(Term(reader: base, weight: 1 - coefficients.reduce(0, +))) }
    return WeightedSum(terms: terms.filter { $0.weight != 0 }, dtype: dtype)
  }

  /// Bytes of all inputs that are read at a time, unless readers like more: they stay in the second-level cache.
  private static let pieceByteCount = 512 << 10

  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let bitWidth = terms.reduce(0) { $0 + $1.reader.dtype.bitWidth }
    let affordable = max(4, WeightedSum.pieceByteCount / max(1, bitWidth / 8) / 1024) * 1024
    let step = terms.reduce(affordable) { max($0, $1.reader.preferredElementCount) }
    let width = dtype.bitWidth / 8
    for start in stride(from: elements.lowerBound, to: elements.upperBound, by: step) {
      let piece = start..<min(start + step, elements.upperBound)
      let bytes = (start - elements.lowerBound) * width..<(piece.upperBound - elements.lowerBound) * width
      try combinePiece(elements: piece, into: UnsafeMutableRawBufferPointer(rebasing: buffer[bytes]))
    }
  }

  private func combinePiece(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let raw = try RawPieces(terms.map(\.reader), elements)
    let sum = LinearCombination(
      terms.enumerated().map { index, term in
        LinearCombination.Term(
          coefficient: term.weight, dtype: term.reader.dtype, bytes: raw.bytes(index, 0..<elements.count))
      }, divisor: divisor)
    try sum.evaluate(as: dtype, into: buffer)
    withExtendedLifetime(raw) {}
  }
}
