import Tensors

/// The weighted mean of chunks, element by element: Σ wᵢθᵢ / Σ wᵢ.
///
/// - DType and accumulation: sums in F64 in the order given, for every input type; one division; one rounding to the
///   result's type, to nearest even. F64 for the 16-bit types too: a sum in F32 would round before the last rounding
///   does, and elements near a tie would come out wrong. Sums of 16-bit inputs are then free of their order as well.
/// - Ranges: F64 inputs whose sum passes the range of F64 give infinity. Subnormals are kept.
/// - NaN and infinity: propagate, and are counted in the result.
/// - Cost: memory-bound; two blocks of scratch that stay in the first-level cache.
enum WeightedMean {
  /// Elements per block: two blocks of F64 take 32 KiB.
  private static let blockCount = 2048

  static func combine(
    _ chunk: MergeChunk, as dtype: DType, into output: UnsafeMutableRawBufferPointer
  ) throws(MergeError) -> NonFiniteCount {
    try MergeChunk.check(output.count, hold: chunk.elementCount, dtype)
    let scratch = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2 * blockCount)
    defer { scratch.deallocate() }
    for start in stride(from: 0, to: chunk.elementCount, by: blockCount) {
      let count = min(blockCount, chunk.elementCount - start)
      let sums = UnsafeMutableBufferPointer(rebasing: scratch[..<count])
      let terms = UnsafeMutableBufferPointer(rebasing: scratch[blockCount..<blockCount + count])
      do throws(TensorError) {
        try sum(chunk, from: start, into: sums, terms: terms)
        divide(sums, by: divisor(of: chunk))
        let bytes = elements(start, count, of: UnsafeRawBufferPointer(output), dtype)
        try FloatConversion.encode(
          UnsafeBufferPointer(sums), as: dtype, into: UnsafeMutableRawBufferPointer(mutating: bytes))
      } catch {
        throw MergeError(error)
      }
    }
    return NonFiniteCount(of: UnsafeRawBufferPointer(output), as: dtype)
  }

  private static func sum(
    _ chunk: MergeChunk, from start: Int, into sums: UnsafeMutableBufferPointer<Double>,
    terms: UnsafeMutableBufferPointer<Double>
  ) throws(TensorError) {
    for (index, ingredient) in chunk.ingredients.enumerated() {
      let bytes = elements(start, sums.count, of: ingredient.bytes, ingredient.dtype)
      let weight = chunk.ingredients.count == 1 ? 1 : ingredient.weight
      if index == 0 {
        // Not added to 0, which would turn −0 into 0.
        try FloatConversion.decode(bytes, as: ingredient.dtype, into: sums)
        if weight != 1 { scale(sums, by: weight) }
      } else {
        try FloatConversion.decode(bytes, as: ingredient.dtype, into: terms)
        add(terms, times: weight, to: sums)
      }
    }
  }

  /// A model alone comes out as it is: w·θ / w would round twice.
  private static func divisor(of chunk: MergeChunk) -> Double {
    chunk.ingredients.count == 1 ? 1 : chunk.totalWeight
  }

  private static func elements(
    _ start: Int, _ count: Int, of bytes: UnsafeRawBufferPointer, _ dtype: DType
  ) -> UnsafeRawBufferPointer {
    let width = dtype.bitWidth / 8
    return UnsafeRawBufferPointer(rebasing: bytes[start * width..<(start + count) * width])
  }

  private static func scale(_ values: UnsafeMutableBufferPointer<Double>, by factor: Double) {
    for index in values.indices { values[index] *= factor }
  }

  private static func divide(_ values: UnsafeMutableBufferPointer<Double>, by divisor: Double) {
    for index in values.indices { values[index] /= divisor }
  }

  private static func add(
    _ terms: UnsafeMutableBufferPointer<Double>, times weight: Double, to sums: UnsafeMutableBufferPointer<Double>
  ) {
    for index in sums.indices { sums[index] += weight * terms[index] }
  }
}
