import COpenBLAS
import Glibc

/// Scaled dot-product attention of each sequence over itself, in several heads.
///
/// For each head, with Q, K, V of shape [length, headSize]: P = softmax(QKᵀ / √headSize), over each row; context = PV.
/// Gradients: dV = Pᵀ dC; dP = dC Vᵀ; dS = P (dP - Σ P dP) / √headSize; dQ = dS K; dK = dSᵀ Q.
///
/// Shapes: query, key, value, context [tokens, heads · headSize], packed; probabilities [Σ heads · length²].
/// DType: f32. Source: A. Vaswani et al., "Attention is all you need", NeurIPS 2017, eq. 1.
struct SelfAttention {
  let headCount: Int
  let headSize: Int

  private var width: Int { headCount * headSize }
  private var scale: Float { 1 / Float(headSize).squareRoot() }

  func forward(
    _ tokens: PackedTokens, query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>, context: UnsafeMutablePointer<Float>
  ) {
    var next = probabilities
    for sequence in 0..<tokens.sequenceCount {
      let length = tokens.length(sequence)
      for head in 0..<headCount {
        let offset = tokens.starts[sequence] * width + head * headSize
        let (rows, stride) = (Int32(length), Int32(width))
        wgit_sgemm(
          false, true, rows, rows, Int32(headSize), scale, query + offset, stride, key + offset, stride, 0, next, rows)
        for row in 0..<length { Self.softmax(next + row * length, count: length) }
        wgit_sgemm(
          false, false, rows, Int32(headSize), rows, 1, next, rows, value + offset, stride, 0, context + offset, stride)
        next += length * length
      }
    }
  }

  private static func softmax(_ row: UnsafeMutablePointer<Float>, count: Int) {
    var largest = row[0]
    for index in 1..<max(1, count) { largest = max(largest, row[index]) }
    var sum: Float = 0
    for index in 0..<count {
      row[index] = expf(row[index] - largest)
      sum += row[index]
    }
    let inverse = 1 / sum
    for index in 0..<count { row[index] *= inverse }
  }

  /// - Parameters:
  ///   - scratch: of at least the square of the longest sequence.
  ///   - dQuery, dKey, dValue: are overwritten.
  func backward(
    _ tokens: PackedTokens, query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    probabilities: UnsafePointer<Float>, dContext: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    dQuery: UnsafeMutablePointer<Float>, dKey: UnsafeMutablePointer<Float>, dValue: UnsafeMutablePointer<Float>
  ) {
    var next = probabilities
    for sequence in 0..<tokens.sequenceCount {
      let length = tokens.length(sequence)
      let (rows, stride, depth) = (Int32(length), Int32(width), Int32(headSize))
      for head in 0..<headCount {
        let offset = tokens.starts[sequence] * width + head * headSize
        wgit_sgemm(
          true, false, rows, depth, rows, 1, next, rows, dContext + offset, stride, 0, dValue + offset, stride)
        wgit_sgemm(
          false, true, rows, rows, depth, 1, dContext + offset, stride, value + offset, stride, 0, scratch, rows)
        for row in 0..<length { softmaxGradient(next + row * length, scratch + row * length, count: length) }
        wgit_sgemm(
          false, false, rows, depth, rows, 1, scratch, rows, key + offset, stride, 0, dQuery + offset, stride)
        wgit_sgemm(
          true, false, rows, depth, rows, 1, scratch, rows, query + offset, stride, 0, dKey + offset, stride)
        next += length * length
      }
    }
  }

  /// dS in the place of dP.
  private func softmaxGradient(
    _ probabilities: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    var sum: Float = 0
    for index in 0..<count { sum += probabilities[index] * gradient[index] }
    for index in 0..<count { gradient[index] = probabilities[index] * (gradient[index] - sum) * scale }
  }
}
