/// Σ cᵢxᵢ / d, element by element: a weighted mean, an interpolation, a cast to another type.
///
/// - Shapes: every term and the result have the same number of elements.
/// - DType and accumulation: F64, F32, BF16 and F16 in any mixture. Products and sums in F64, in the order of the terms,
///   starting from −0, without fused multiply-add; one division by d; one rounding to the result's type, to nearest even.
/// - Determinism: depends on nothing but the arguments: the same bits on any machine, for any cut into ranges. Only a NaN's
///   sign and payload are the processor's choice.
/// - NaN and infinity: propagate. Sums beyond the range of F64 give infinity. Subnormals are kept.
/// - Checked by: LinearCombinationTests and WeightedTests, against numpy.
package struct LinearCombination {
  /// One tensor's share.
  package struct Term {
    package let coefficient: Double
    package let dtype: DType
    /// Little-endian elements at any alignment. They belong to the caller and must outlive the combination.
    package let bytes: UnsafeRawBufferPointer

    package init(coefficient: Double, dtype: DType, bytes: UnsafeRawBufferPointer) {
      self.coefficient = coefficient
      self.dtype = dtype
      self.bytes = bytes
    }
  }

  /// Elements that are summed in one go: their sums take 16 KiB and stay in the first-level cache.
  package static let blockElementCount = 2048

  /// In the order in which they are added.
  package let terms: [Term]
  package let divisor: Double

  package init(_ terms: [Term], divisor: Double = 1) {
    self.terms = terms
    self.divisor = divisor
  }

  /// All elements.
  ///
  /// - Throws: `unsupportedDType`; `sizeMismatch` unless every term has exactly as many elements as `output`.
  package func evaluate(as dtype: DType, into output: UnsafeMutableRawBufferPointer) throws(TensorError) {
    let elementCount = output.count / max(1, dtype.byteWidth ?? 1)
    for term in terms {
      _ = try FloatConversion.format(of: term.dtype, byteCount: term.bytes.count, elementCount: elementCount)
    }
    if combinesInRegisters(dtype, elementCount, into: output) { return }
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: LinearCombination.blockElementCount)
    defer { sums.deallocate() }
    let width = dtype.byteWidth ?? 1
    for start in stride(from: 0, to: elementCount, by: LinearCombination.blockElementCount) {
      let end = min(elementCount, start + LinearCombination.blockElementCount)
      try evaluate(
        start..<end, as: dtype, sums: sums,
        into: UnsafeMutableRawBufferPointer(rebasing: output[(start * width)..<(end * width)]))
    }
  }

  /// The same by one kernel, where all terms have the type of the result: their sums never leave the registers.
  ///
  /// - Returns: false if there is no such kernel, and nothing was done.
  private func combinesInRegisters(
    _ dtype: DType, _ elementCount: Int, into output: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let starts = terms.compactMap(\.bytes.baseAddress)
    guard let output = output.baseAddress, !terms.isEmpty, starts.count == terms.count,
      terms.allSatisfy({ $0.dtype == dtype })
    else { return false }
    let coefficients = terms.map(\.coefficient)
    let kernels = FloatKernels.best
    switch dtype {
    case .f32: kernels.combine_f32(starts, coefficients, terms.count, divisor, output, elementCount)
    case .bf16: kernels.combine_bf16(starts, coefficients, terms.count, divisor, output, elementCount)
    case .f16: kernels.combine_f16(starts, coefficients, terms.count, divisor, output, elementCount)
    default: return false
    }
    return true
  }

  /// The elements of one block.
  ///
  /// - Parameters:
  ///   - sums: room for as many numbers as `range` has elements.
  ///   - output: room for exactly the elements of `range`.
  /// - Throws: `unsupportedDType`; `sizeMismatch` if a term or the output has fewer or other elements.
  package func evaluate(
    _ range: Range<Int>, as dtype: DType, sums: UnsafeMutableBufferPointer<Double>,
    into output: UnsafeMutableRawBufferPointer
  ) throws(TensorError) {
    guard range.count <= sums.count else {
      throw TensorError(.sizeMismatch, "\(range.count) elements are more than the \(sums.count) sums there is room for")
    }
    let sums = UnsafeMutableBufferPointer(rebasing: sums[..<range.count])
    // −0 is the neutral element: 0 + −0 is 0.
    sums.initialize(repeating: -0.0)
    for term in terms {
      let width = term.dtype.byteWidth ?? 1
      guard range.upperBound <= term.bytes.count / width else {
        throw TensorError(
          .sizeMismatch,
          "\(term.bytes.count) bytes do not reach to element \(range.upperBound) of \(term.dtype.rawValue)")
      }
      let part = term.bytes[(range.lowerBound * width)..<(range.upperBound * width)]
      try FloatConversion.accumulate(
        UnsafeRawBufferPointer(rebasing: part), as: term.dtype, times: term.coefficient, into: sums)
    }
    if divisor != 1, let values = sums.baseAddress { FloatKernels.best.divide(values, divisor, sums.count) }
    try FloatConversion.encode(UnsafeBufferPointer(sums), as: dtype, into: output)
  }
}
