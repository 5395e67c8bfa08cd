import Glibc

/// Invariant risk minimisation (IRMv1): the head should be the best one, up to a factor, in each domain by itself.
///
/// Formula: objective = the mean over domains of R_d + w x g(even rows) g(odd rows), where g is the derivative at 1 of
/// the rows' mean cross-entropy by a factor on the logits, so that the product estimates g² without bias; the weight w is
/// 1 for the first `anneal-steps` steps and `lambda` from then on.
/// With p = softmax(z) and the target t: g = mean of the sum over c of (T p_c - t_c) z_c, with T the sum of t, and
/// dg/dz_c = (T p_c - t_c + T p_c (z_c - the sum of p z)) / rows.
/// DType: f64, the gradient rounded to f32.
/// Source: M. Arjovsky et al., "Invariant risk minimization", 2019, arXiv:1907.02893, section 3.1 and appendix D; `IRM`
/// of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct IRM: Algorithm {
  package static let name = "irm"
  package static let defaults: NamedSettings = ["lambda": 100, "anneal-steps": 500]
  package static let minimumBatchSize = 2

  private let annealing: Annealing

  package init(settings: NamedSettings) { annealing = Annealing(settings, before: 1) }

  package func check(_ loss: any Loss) throws {
    guard let loss = loss as? CrossEntropy, loss.settings.isEmpty else {
      throw TrainerError(.malformedTask, "irm is defined for the cross-entropy without settings")
    }
  }

  package func resetsOptimizer(step: Int) -> Bool { annealing.resetsOptimizer(step: step) }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    let risk = batch.meanRisk()
    let weight = annealing.weight(step: step) / Double(batch.minibatches.count)
    var penalty = 0.0
    for rows in batch.minibatches {
      let even = ScaleDerivative(of: batch, rows: Array(stride(from: rows.lowerBound, to: rows.upperBound, by: 2)))
      let odd = ScaleDerivative(of: batch, rows: Array(stride(from: rows.lowerBound + 1, to: rows.upperBound, by: 2)))
      penalty += even.value * odd.value
      even.addGradient(scale: weight * odd.value, to: batch)
      odd.addGradient(scale: weight * even.value, to: batch)
    }
    return risk + weight * penalty
  }
}

/// The derivative of some rows' mean cross-entropy by a factor on their logits, and its own by the logits.
private struct ScaleDerivative {
  private let rows: [Int]
  /// [rows, classes].
  private var gradient: [Double] = []
  private(set) var value = 0.0

  init(of batch: AlgorithmBatch, rows: [Int]) {
    self.rows = rows
    for row in rows {
      let first = row * batch.classCount
      let logits = (first..<first + batch.classCount).map { Double(batch.logits.start[$0]) }
      let targets = (first..<first + batch.classCount).map { Double(batch.targets.start[$0]) }
      let largest = logits.max() ?? 0
      let exponentials = logits.map { exp($0 - largest) }
      let (sum, total) = (exponentials.reduce(0, +), targets.reduce(0, +))
      let probabilities = exponentials.map { $0 / sum }
      let mean = zip(probabilities, logits).reduce(0) { $0 + $1.0 * $1.1 }
      for index in logits.indices {
        let residual = total * probabilities[index] - targets[index]
        value += residual * logits[index] / Double(rows.count)
        gradient.append(
          (residual + total * probabilities[index] * (logits[index] - mean)) / Double(rows.count))
      }
    }
  }

  func addGradient(scale: Double, to batch: AlgorithmBatch) {
    for (position, row) in rows.enumerated() {
      for index in 0..<batch.classCount {
        batch.logitGradient.start[row * batch.classCount + index] += Float(
          scale * gradient[position * batch.classCount + index])
      }
    }
  }
}
