import Glibc

/// Maximum mean discrepancy: the distributions of the domains' features are drawn together, as Gaussian kernels of
/// seven widths see them.
///
/// Formula: k(x, y) = the sum over widths a of exp(-a |x - y|²), a in 0.001, 0.01, …, 1000; objective = the mean of the
/// risks + gamma x the mean over pairs of domains i < j of mean k(X_i, X_i) + mean k(X_j, X_j) - 2 mean k(X_i, X_j).
/// Gradient: every pair of rows x, y adds -2 c (x - y) sum of a exp(-a |x - y|²) to the gradient by x, where c is what
/// k(x, y) counts in the objective, both orders together.
/// DType: f32; distances from differences, not from products, so that close rows are told apart. Determinism: one
/// thread, fixed order.
/// Source: H. Li et al., "Domain generalization with adversarial feature learning", CVPR 2018; A. Gretton et al., "A
/// kernel two-sample test", JMLR 13, 2012; `MMD` of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct MMD: Algorithm {
  package static let name = "mmd"
  package static let defaults: NamedSettings = ["gamma": 1]
  package static let usesFeatures = true

  private static let widths: [Float] = [0.001, 0.01, 0.1, 1, 10, 100, 1000]
  private let gamma: Double

  package init(settings: NamedSettings) { gamma = settings["gamma"] }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    let risk = batch.meanRisk()
    let domainCount = batch.minibatches.count
    guard domainCount > 1 else { return risk }
    let pairCount = Double(domainCount * (domainCount - 1) / 2)
    let rowCount = batch.rowCount
    /// For each pair of rows, what its kernel's derivative counts.
    let weights = FloatBuffer(count: rowCount * rowCount)
    var penalty = 0.0
    for (first, rows) in batch.minibatches.enumerated() {
      for (second, others) in batch.minibatches.enumerated() {
        let mean = 1 / Double(rows.count * others.count)
        let count = (first == second ? Double(domainCount - 1) : -1) * mean / pairCount
        penalty += count * addKernel(of: batch, rows, others, count: gamma * count, to: weights)
      }
    }
    addGradient(weights, to: batch)
    return risk + gamma * penalty
  }

  /// The sum of the kernel over two minibatches; leaves `count` x its derivative by the squared distance.
  private func addKernel(
    of batch: AlgorithmBatch, _ rows: Range<Int>, _ others: Range<Int>, count: Double, to weights: FloatBuffer
  ) -> Double {
    let (featureCount, rowCount) = (batch.featureCount, batch.rowCount)
    var sum = 0.0
    for row in rows {
      for other in others {
        let distance = squaredDistance(
          batch.features.start + row * featureCount, batch.features.start + other * featureCount, count: featureCount)
        var (kernel, slope) = (Float(0), Float(0))
        for width in Self.widths {
          let value = exp(-width * distance)
          kernel += value
          slope += width * value
        }
        sum += Double(kernel)
        // A row has no distance to itself, whatever the gradient; left in, it would only add rounding.
        weights.start[row * rowCount + other] = row == other ? 0 : Float(count) * slope
      }
    }
    return sum
  }

  /// Adds, with the symmetric weights W, -4 (x ΣW - W X) for every row x: each pair stands in W in both orders.
  private func addGradient(_ weights: FloatBuffer, to batch: AlgorithmBatch) {
    let (featureCount, rowCount) = (batch.featureCount, batch.rowCount)
    let product = FloatBuffer(count: rowCount * featureCount)
    batch.blas.multiply(
      BLAS.Matrix(weights.start, rowCount: rowCount, columnCount: rowCount),
      BLAS.Matrix(batch.features.start, rowCount: rowCount, columnCount: featureCount), adding: 0, into: product.start)
    for row in 0..<rowCount {
      var sum = 0.0
      for other in 0..<rowCount { sum += Double(weights.start[row * rowCount + other]) }
      for column in row * featureCount..<(row + 1) * featureCount {
        batch.featureGradient.start[column] -= 4 * (Float(sum) * batch.features.start[column] - product.start[column])
      }
    }
  }

  private func squaredDistance(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int) -> Float {
    // Eight sums, so that the loop runs in vectors.
    var sums = SIMD8<Float>.zero
    let whole = count / 8 * 8
    for first in stride(from: 0, to: whole, by: 8) {
      let difference =
        UnsafeRawPointer(left + first).loadUnaligned(as: SIMD8<Float>.self)
        - UnsafeRawPointer(right + first).loadUnaligned(as: SIMD8<Float>.self)
      sums += difference * difference
    }
    var sum = sums.sum()
    for index in whole..<count { sum += (left[index] - right[index]) * (left[index] - right[index]) }
    return sum
  }
}
