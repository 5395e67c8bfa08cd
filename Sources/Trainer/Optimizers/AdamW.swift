/// Adam with decoupled weight decay: θ <- θ (1 - η λ), then Adam's step without λ in the gradient.
///
/// DType: f32. Determinism: elementwise.
/// Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019; torch.optim.AdamW, whose
/// default weight decay is 0.01.
package struct AdamW: Optimizer {
  package static let name = "adamw"
  package static let defaults: NamedSettings = ["weight-decay": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8]

  package var stepCount = 0
  private let moments: AdamMoments

  package init(settings: NamedSettings, parameterCount: Int) {
    moments = AdamMoments(settings: settings, parameterCount: parameterCount)
  }

  package var buffers: [(name: String, values: UnsafeMutableBufferPointer<Float>)] { moments.buffers }

  package func update(
    _ range: ParameterRange, parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    learningRate: Double
  ) {
    let rate = learningRate * range.learningRateScale
    moments.update(
      range, stepCount: stepCount, parameters: parameters, gradient: gradient, learningRate: rate, penalty: 0,
      shrinkage: Float(1 - rate * range.weightDecay))
  }
}
