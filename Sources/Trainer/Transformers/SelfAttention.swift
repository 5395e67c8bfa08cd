/// Scaled dot-product attention of each sequence over itself, in several heads.
///
/// For each head, with Q, K, V of shape [length, headSize]: P = softmax(QKᵀ / √headSize), over each row; context = (M P) V,
/// where M is the mask of dropout, if there is any.
/// Gradients: dV = (M P)ᵀ dC; dP = M (dC Vᵀ); dS = P (dP - Σ P dP) / √headSize; dQ = dS K; dK = dSᵀ Q.
///
/// Shapes: query, key, value, context [tokens, heads · headSize], packed; probabilities [Σ heads · length²].
/// DType: f32. Source: A. Vaswani et al., "Attention is all you need", NeurIPS 2017, eq. 1.
struct SelfAttention {
  let headCount: Int
  let headSize: Int
  let blas: BLAS
  let kernels: VectorKernels

  private var width: Int { headCount * headSize }
  private var scale: Float { 1 / Float(headSize).squareRoot() }

  /// Floats of `scratch`.
  static func scratchCount(longest: Int) -> Int { 2 * longest * longest }

  private func head(_ values: UnsafePointer<Float>, _ offset: Int, _ length: Int) -> BLAS.Matrix {
    BLAS.Matrix(values + offset, rowCount: length, columnCount: headSize, rowStride: width)
  }

  /// - Parameters:
  ///   - lengths: of the sequences.
  ///   - firstPair: the place of the first probability in the batch, by which `mask` is drawn.
  func forward(
    lengths: [Int], query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>, context: UnsafeMutablePointer<Float>, mask: DropoutMask?,
    firstPair: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    var (pair, row) = (0, 0)
    for length in lengths {
      let count = length * length
      for number in 0..<headCount {
        let offset = row * width + number * headSize
        let scores = probabilities + pair
        blas.multiply(
          head(query, offset, length), head(key, offset, length).transposed, scale: scale, adding: 0, into: scores)
        kernels.c.softmax(Int64(length), Int64(length), scores)
        let kept = dropped(scores, count: count, mask, first: firstPair + pair, into: scratch)
        blas.multiply(
          BLAS.Matrix(kept, rowCount: length, columnCount: length), head(value, offset, length), adding: 0,
          into: context + offset, rowStride: width)
        pair += count
      }
      row += length
    }
  }

  /// The probabilities that dropout leaves.
  private func dropped(
    _ probabilities: UnsafePointer<Float>, count: Int, _ mask: DropoutMask?, first: Int,
    into scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard let mask else { return probabilities }
    scratch.update(from: probabilities, count: count)
    mask.apply(first: first, count: count, to: scratch)
    return UnsafePointer(scratch)
  }

  /// - Parameters:
  ///   - scratch: [scratchCount(longest)].
  ///   - dQuery, dKey, dValue: are overwritten.
  func backward(
    lengths: [Int], query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    probabilities: UnsafePointer<Float>, dContext: UnsafePointer<Float>, mask: DropoutMask?, firstPair: Int,
    scratch: UnsafeMutablePointer<Float>, dQuery: UnsafeMutablePointer<Float>, dKey: UnsafeMutablePointer<Float>,
    dValue: UnsafeMutablePointer<Float>
  ) {
    var (pair, row) = (0, 0)
    for length in lengths {
      let count = length * length
      let slopes = scratch + count
      for number in 0..<headCount {
        let offset = row * width + number * headSize
        let share = probabilities + pair
        let kept = dropped(share, count: count, mask, first: firstPair + pair, into: scratch)
        let outer = head(dContext, offset, length)
        blas.multiply(
          BLAS.Matrix(kept, rowCount: length, columnCount: length).transposed, outer, adding: 0,
          into: dValue + offset, rowStride: width)
        blas.multiply(outer, head(value, offset, length).transposed, adding: 0, into: slopes)
        mask?.apply(first: firstPair + pair, count: count, to: slopes)
        kernels.c.softmax_gradient(Int64(length), Int64(length), scale, share, slopes, slopes)
        let scores = BLAS.Matrix(slopes, rowCount: length, columnCount: length)
        blas.multiply(scores, head(key, offset, length), adding: 0, into: dQuery + offset, rowStride: width)
        blas.multiply(
          scores.transposed, head(query, offset, length), adding: 0, into: dKey + offset, rowStride: width)
        pair += count
      }
      row += length
    }
  }
}
