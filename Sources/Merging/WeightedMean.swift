import Tensors

/// The weighted mean of chunks, element by element: Σ wᵢθᵢ / Σ wᵢ.
///
/// - DType and accumulation: sums in F64 in the order given, for every input type; one division; one rounding to the
///   result's type, to nearest even. F64 for the 16-bit types too: a sum in F32 would round before the last rounding
///   does, and elements near a tie would come out wrong. Sums of 16-bit inputs are then free of their order as well.
/// - Ranges: F64 inputs whose sum passes the range of F64 give infinity. Subnormals are kept.
/// - NaN and infinity: propagate, and are counted in the result.
/// - Cost: one pass over the inputs; sums stay in the first-level cache.
enum WeightedMean {
  /// Elements per block: their sums take 16 KiB.
  private static let blockCount = 2048

  static func combine(
    _ chunk: MergeChunk, as dtype: DType, into output: UnsafeMutableRawBufferPointer
  ) throws(MergeError) -> NonFiniteCount {
    try MergeChunk.check(output.count, hold: chunk.elementCount, dtype)
    let width = dtype.bitWidth / 8
    let scratch = UnsafeMutableBufferPointer<Double>.allocate(capacity: blockCount)
    defer { scratch.deallocate() }
    var nonFinite = NonFiniteCount()
    for start in stride(from: 0, to: chunk.elementCount, by: blockCount) {
      let count = min(blockCount, chunk.elementCount - start)
      let sums = UnsafeMutableBufferPointer(rebasing: scratch[..<count])
      let result = UnsafeMutableRawBufferPointer(rebasing: output[start * width..<(start + count) * width])
      do throws(TensorError) {
        try sum(chunk, from: start, into: sums)
        divide(sums, by: divisor(of: chunk))
        try FloatConversion.encode(UnsafeBufferPointer(sums), as: dtype, into: result)
      } catch {
        throw MergeError(error)
      }
      nonFinite += NonFiniteCount(of: UnsafeRawBufferPointer(result), as: dtype)
    }
    return nonFinite
  }

  private static func sum(
    _ chunk: MergeChunk, from start: Int, into sums: UnsafeMutableBufferPointer<Double>
  ) throws(TensorError) {
    // −0 is the neutral element: 0 + −0 is 0.
    sums.initialize(repeating: -0.0)
    for ingredient in chunk.ingredients {
      let width = ingredient.dtype.bitWidth / 8
      let bytes = UnsafeRawBufferPointer(
        rebasing: ingredient.bytes[start * width..<(start + sums.count) * width])
      let weight = chunk.ingredients.count == 1 ? 1 : ingredient.weight
      try FloatConversion.accumulate(bytes, as: ingredient.dtype, times: weight, into: sums)
    }
  }

  /// A model alone comes out as it is: w·θ / w would round twice.
  private static func divisor(of chunk: MergeChunk) -> Double {
    chunk.ingredients.count == 1 ? 1 : chunk.totalWeight
  }

  private static func divide(_ values: UnsafeMutableBufferPointer<Double>, by divisor: Double) {
    for index in values.indices { values[index] /= divisor }
  }
}
