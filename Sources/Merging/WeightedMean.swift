import Tensors

/// The weighted mean of chunks, element by element: Σ wᵢθᵢ / Σ wᵢ.
///
/// - Numerics: those of `LinearCombination`. F64 for the 16-bit types too: a sum in F32 would round before the last
///   rounding does, and elements near a tie would come out wrong. Sums of 16-bit inputs are then free of their order as
///   well.
/// - NaN and infinity: propagate, and are counted in the result.
/// - Cost: one pass over the inputs; sums stay in the first-level cache.
enum WeightedMean {
  static func combine(
    _ chunk: MergeChunk, as dtype: DType, into output: UnsafeMutableRawBufferPointer
  ) throws(MergeError) -> NonFiniteCount {
    try MergeChunk.check(output.count, hold: chunk.elementCount, dtype)
    let mean = combination(chunk)
    let width = dtype.bitWidth / 8
    let blockCount = LinearCombination.blockElementCount
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: blockCount)
    defer { sums.deallocate() }
    var nonFinite = NonFiniteCount()
    for start in stride(from: 0, to: chunk.elementCount, by: blockCount) {
      let end = min(chunk.elementCount, start + blockCount)
      let result = UnsafeMutableRawBufferPointer(rebasing: output[(start * width)..<(end * width)])
      do throws(TensorError) {
        try mean.evaluate(start..<end, as: dtype, sums: sums, into: result)
      } catch {
        throw MergeError(error)
      }
      nonFinite += NonFiniteCount(of: UnsafeRawBufferPointer(result), as: dtype)
    }
    return nonFinite
  }

  private static func combination(_ chunk: MergeChunk) -> LinearCombination {
    // A model alone comes out as it is: w·θ / w would round twice.
    let isAlone = chunk.ingredients.count == 1
    let terms = chunk.ingredients.map {
      LinearCombination.Term(coefficient: isAlone ? 1 : $0.weight, dtype: $0.dtype, bytes: $0.bytes)
    }
    return LinearCombination(terms, divisor: isAlone ? 1 : chunk.totalWeight)
  }
}
