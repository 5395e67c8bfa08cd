/// Deep correlation alignment: the means and covariances of the domains' features are drawn together.
///
/// Formula: objective = the mean of the risks + gamma x the mean over pairs of domains i < j of
/// mean((μ_i - μ_j)²) + mean((C_i - C_j)²), with the feature means μ [F] and covariances C [F, F] (over n - 1).
/// Gradient: with D domains, m_i = D μ_i - the sum of all μ, M_i = D C_i - the sum of all C, and s = gamma x 2 /
/// (D (D - 1)): d/dx of a row of domain i = s (2 m_i / (F n_i) + 4 (x - μ_i) M_i / (F² (n_i - 1))).
/// DType: f32; covariances by BLAS. Determinism: one thread, fixed order.
/// Source: B. Sun, K. Saenko, "Deep CORAL: correlation alignment for deep domain adaptation", ECCV Workshops 2016;
/// `CORAL` of DomainBed, which adds the means.
/// Checked by: AlgorithmTests, against PyTorch.
package struct CORAL: Algorithm {
  package static let name = "coral"
  package static let defaults: NamedSettings = ["gamma": 1]
  package static let minimumBatchSize = 2
  package static let usesFeatures = true

  private let gamma: Double

  package init(settings: NamedSettings) { gamma = settings["gamma"] }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    let risk = batch.meanRisk()
    let domainCount = batch.minibatches.count
    guard domainCount > 1 else { return risk }
    let moments = batch.minibatches.map { FeatureMoments(of: batch, rows: $0) }
    let pairCount = Double(domainCount * (domainCount - 1) / 2)
    var penalty = 0.0
    for first in 0..<domainCount {
      for second in first + 1..<domainCount { penalty += moments[first].distance(to: moments[second]) }
    }
    for domain in moments { domain.addGradient(against: moments, scale: gamma / pairCount, to: batch) }
    return risk + gamma * penalty / pairCount
  }
}

/// Mean and covariance of the features of one minibatch.
private struct FeatureMoments {
  private let rows: Range<Int>
  private let count: Int
  private let mean: [Float]
  /// [rows, F], with the mean taken off.
  private let centered: FloatBuffer
  /// [F, F].
  private let covariance: FloatBuffer

  init(of batch: AlgorithmBatch, rows: Range<Int>) {
    let count = batch.featureCount
    let source = batch.features.start + rows.lowerBound * count
    var sums = [Double](repeating: 0, count: count)
    for row in 0..<rows.count {
      for column in 0..<count { sums[column] += Double(source[row * count + column]) }
    }
    let mean = sums.map { Float($0 / Double(rows.count)) }
    let centered = FloatBuffer(count: rows.count * count)
    for row in 0..<rows.count {
      for column in 0..<count { centered.start[row * count + column] = source[row * count + column] - mean[column] }
    }
    let covariance = FloatBuffer(count: count * count)
    let matrix = BLAS.Matrix(centered.start, rowCount: rows.count, columnCount: count)
    batch.blas.multiply(matrix.transposed, matrix, adding: 0, into: covariance.start)
    let scale = 1 / Float(rows.count - 1)
    for index in 0..<covariance.count { covariance.start[index] *= scale }
    self.rows = rows
    self.count = count
    self.mean = mean
    self.centered = centered
    self.covariance = covariance
  }

  func distance(to other: FeatureMoments) -> Double {
    var (means, covariances) = (0.0, 0.0)
    for index in 0..<count {
      let difference = Double(mean[index] - other.mean[index])
      means += difference * difference
    }
    for index in 0..<count * count {
      let difference = Double(covariance.start[index] - other.covariance.start[index])
      covariances += difference * difference
    }
    return means / Double(count) + covariances / Double(count * count)
  }

  func addGradient(against all: [FeatureMoments], scale: Double, to batch: AlgorithmBatch) {
    let target = batch.featureGradient.start + rows.lowerBound * count
    let spread = FloatBuffer(count: count * count)
    let covarianceScale = Float(4 * scale / (Double(count * count) * Double(rows.count - 1)))
    for other in all {
      for index in 0..<count * count {
        spread.start[index] += covarianceScale * (covariance.start[index] - other.covariance.start[index])
      }
    }
    batch.blas.multiply(
      BLAS.Matrix(centered.start, rowCount: rows.count, columnCount: count),
      BLAS.Matrix(spread.start, rowCount: count, columnCount: count), adding: 1, into: target)
    let meanScale = Float(2 * scale / (Double(count) * Double(rows.count)))
    for column in 0..<count {
      let slope = all.reduce(Float(0)) { $0 + meanScale * (mean[column] - $1.mean[column]) }
      for row in 0..<rows.count { target[row * count + column] += slope }
    }
  }
}
