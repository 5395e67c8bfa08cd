/// Adam: g <- g + λ θ; m <- m + (1 - β₁)(g - m); v <- β₂ v + (1 - β₂) g²;
/// θ <- θ - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε).
///
/// DType: f32, with the step's scalars in f64 as PyTorch computes them. Determinism: elementwise.
/// Source: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015; torch.optim.Adam, whose
/// weight decay is an L2 penalty added to the gradient.
package struct Adam: Optimizer {
  package static let name = "adam"
  package static let defaults: NamedSettings = ["weight-decay": 0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8]

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
    moments.update(
      range, stepCount: stepCount, parameters: parameters, gradient: gradient,
      learningRate: learningRate * range.learningRateScale, penalty: Float(range.weightDecay), shrinkage: 1)
  }
}
