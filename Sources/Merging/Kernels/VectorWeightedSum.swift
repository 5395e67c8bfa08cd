import Tensors

/// Σ cᵢθᵢ with coefficients of its own for each vector of a layout.
///
/// - Numerics: products and sums in F64, in the order of the readers; one rounding at the end.
struct VectorWeightedSum: BlockKernel {
  let layout: VectorLayout
  let termCount: Int
  /// `termCount` numbers per vector.
  let coefficients: [Double]

  func combine(_ block: MergeBlock) {
    coefficients.withUnsafeBufferPointer { coefficients in
      guard let coefficients = coefficients.baseAddress else { return }
      layout.forEachRun(start: block.start, count: block.count) { vector, offset, count in
        let own = coefficients + vector * termCount
        let result = block.result + offset
        for i in 0..<count { result[i] = -0.0 }
        for term in 0..<termCount {
          let values = block.input(term) + offset
          let coefficient = own[term]
          for i in 0..<count { result[i] += coefficient * values[i] }
        }
      }
    }
  }
}
