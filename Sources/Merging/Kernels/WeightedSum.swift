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

  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
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
