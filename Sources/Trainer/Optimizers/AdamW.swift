/// Adam with decoupled weight decay: θ <- θ (1 - η λ), then Adam's step without λ in the gradient.
///
/// DType: f32. Determinism: elementwise.
/// Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019; torch.optim.AdamW, whose
/// default weight decay is 0.01.
package struct AdamW: Optimizer {
  package static let name = "adamw"
  package static let defaults: OptimizerSettings = ["weight-decay": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8]

  private var moments: AdamMoments
  private let weightDecay: Double

  package init(settings: OptimizerSettings, parameterCount: Int) {
    moments = AdamMoments(settings: settings, parameterCount: parameterCount)
    weightDecay = settings["weight-decay"]
  }

  package mutating func step(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double
  ) {
    moments.step(
      parameters: parameters, gradient: gradient, learningRate: learningRate, penalty: 0,
      shrinkage: Float(1 - learningRate * weightDecay))
  }
}
