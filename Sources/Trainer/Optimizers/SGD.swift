import CLayerKernels

/// Stochastic gradient descent with momentum: g <- g + λ θ; v <- μ v + (1 - τ) g (v = g in the first step);
/// θ <- θ - η v, or with Nesterov's correction θ <- θ - η (g + μ v).
///
/// DType: f32. Determinism: elementwise.
/// Source: I. Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013;
/// torch.optim.SGD, whose velocity is not scaled by the learning rate.
package struct SGD: Optimizer {
  package static let name = "sgd"
  package static let defaults: NamedSettings = [
    "momentum": 0, "dampening": 0, "weight-decay": 0, "nesterov": false,
  ]

  package var stepCount = 0
  private let momentum: Float
  private let dampening: Float
  private let isNesterov: Bool
  private let velocity: FloatBuffer

  package init(settings: NamedSettings, parameterCount: Int) {
    momentum = Float(settings["momentum"])
    dampening = Float(settings["dampening"])
    isNesterov = settings.isOn("nesterov")
    velocity = FloatBuffer(count: momentum == 0 ? 0 : parameterCount)
  }

  package var buffers: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
    [(name: "momentum_buffer", values: velocity.elements)]
  }

  package func update(
    _ range: ParameterRange, parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    learningRate: Double
  ) {
    let rate = Float(learningRate * range.learningRateScale)
    let decay = Float(range.weightDecay)
    let (parameters, gradient) = (parameters + range.offset, gradient + range.offset)
    let (kept, added) = stepCount == 1 ? (0, 1) : (momentum, 1 - dampening)
    var step = wgit_sgd_t(
      learningRate: rate, weightDecay: decay, kept: kept, added: added, momentum: momentum, isNesterov: isNesterov)
    VectorKernels.best.c.sgd(
      Int64(range.count), &step, parameters, gradient, momentum == 0 ? nil : velocity.start + range.offset)
  }
}
