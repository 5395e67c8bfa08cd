/// Spectral decoupling: the logits are kept small, so that no feature starves the others of gradient.
///
/// Formula: objective = the mean loss over all rows + regularization x mean(z²) over all logits z.
/// Source: M. Pezeshki et al., "Gradient starvation: a learning proclivity in neural networks", NeurIPS 2021, equation
/// 25; `SD` of DomainBed.
/// Checked by: AlgorithmTests, against PyTorch.
package struct SpectralDecoupling: Algorithm {
  package static let name = "sd"
  package static let defaults: NamedSettings = ["regularization": 0.1]

  private let regularization: Double

  package init(settings: NamedSettings) { regularization = settings["regularization"] }

  package func objective(_ batch: AlgorithmBatch, step: Int) -> Double {
    let risk = batch.pooledRisk()
    let count = batch.logits.count
    let scale = Float(2 * regularization / Double(count))
    var squares = 0.0
    for index in 0..<count {
      let logit = batch.logits.start[index]
      squares += Double(logit) * Double(logit)
      batch.logitGradient.start[index] += scale * logit
    }
    return risk + regularization * squares / Double(count)
  }
}
