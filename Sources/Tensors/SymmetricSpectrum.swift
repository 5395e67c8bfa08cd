/// Where the eigenvalues of a small symmetric matrix lie, without computing each of them.
///
/// The matrix is brought to tridiagonal form by Householder reflections; how many of its eigenvalues lie above a number is
/// then how many of the pivots of T - xI are positive (Sylvester's law of inertia).
/// - Source: G. H. Golub, C. F. Van Loan, "Matrix computations", 4th edition, §8.3.1 and §8.4.1.
/// - Checked by: SymmetricSpectrumTests, against numpy.
package struct SymmetricSpectrum: Sendable {
  private var diagonal: [Double]
  /// Element i couples i and i + 1.
  private var offDiagonal: [Double]

  /// - Parameter matrix: [order, order], C order, finite; only its symmetric part counts if rounding left it asymmetric.
  package init(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order)
    var reduced = matrix
    diagonal = []
    offDiagonal = []
    for column in 0..<max(0, order - 2) { offDiagonal.append(Self.reflect(&reduced, order, column)) }
    if order > 1 { offDiagonal.append(reduced[order * order - 2]) }
    for index in 0..<order { diagonal.append(reduced[index * order + index]) }
  }

  /// Brings a column to zero below its subdiagonal, by A ← (I - βvvᵀ) A (I - βvvᵀ).
  ///
  /// - Returns: the element that is left on the subdiagonal.
  private static func reflect(_ matrix: inout [Double], _ order: Int, _ column: Int) -> Double {
    let first = column + 1
    var v = (first..<order).map { matrix[$0 * order + column] }
    let tail = v.dropFirst().reduce(0) { $0 + $1 * $1 }
    guard tail > 0 else { return v[0] }
    let length = (v[0] * v[0] + tail).squareRoot()
    let remaining = v[0] > 0 ? -length : length
    v[0] -= remaining
    let beta = 2 / (v[0] * v[0] + tail)
    // w = p - (β pᵀv / 2) v with p = βAv, so that A ← A - vwᵀ - wvᵀ.
    var w = (first..<order).map { row in
      beta * v.indices.reduce(0) { $0 + matrix[row * order + first + $1] * v[$1] }
    }
    let correction = beta / 2 * zip(w, v).reduce(0) { $0 + $1.0 * $1.1 }
    for index in w.indices { w[index] -= correction * v[index] }
    for row in v.indices {
      for other in v.indices {
        matrix[(first + row) * order + first + other] -= v[row] * w[other] + w[row] * v[other]
      }
    }
    return remaining
  }

  /// How many eigenvalues are greater than `bound`.
  package func count(above bound: Double) -> Int {
    var positive = 0
    var pivot = 1.0
    for index in diagonal.indices {
      let coupling = index > 0 ? offDiagonal[index - 1] : 0
      pivot = diagonal[index] - bound - (coupling == 0 ? 0 : coupling * coupling / pivot)
      // An eigenvalue of a leading part: a hair to the side keeps the next pivot finite.
      if pivot == 0 { pivot = -Double.leastNormalMagnitude }
      if pivot > 0 { positive += 1 }
    }
    return positive
  }

  /// The largest eigenvalue, to about 10 digits; 0 if none is positive.
  package var largest: Double {
    var upper = diagonal.indices.reduce(0) { bound, index in
      let left = index > 0 ? abs(offDiagonal[index - 1]) : 0
      let right = index < offDiagonal.count ? abs(offDiagonal[index]) : 0
      return max(bound, diagonal[index] + left + right)
    }
    var lower = 0.0
    guard count(above: lower) > 0 else { return 0 }
    while upper - lower > 1e-10 * upper {
      let middle = (lower + upper) / 2
      if count(above: middle) > 0 { lower = middle } else { upper = middle }
    }
    return upper
  }
}
