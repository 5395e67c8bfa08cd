import Glibc

/// Adam: g <- g + λ θ; m <- m + (1 - β₁)(g - m); v <- β₂ v + (1 - β₂) g²;
/// θ <- θ - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε).
///
/// DType: f32, with the step's scalars in f64 as PyTorch computes them. Determinism: elementwise.
/// Source: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015; torch.optim.Adam, whose
/// weight decay is an L2 penalty added to the gradient.
package struct Adam: Optimizer {
  package static let name = "adam"
  package static let defaults: OptimizerSettings = ["weight-decay": 0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8]

  private var moments: AdamMoments
  private let weightDecay: Float

  package init(settings: OptimizerSettings, parameterCount: Int) {
    moments = AdamMoments(settings: settings, parameterCount: parameterCount)
    weightDecay = Float(settings["weight-decay"])
  }

  package mutating func step(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double
  ) {
    moments.step(
      parameters: parameters, gradient: gradient, learningRate: learningRate, penalty: weightDecay, shrinkage: 1)
  }
}

/// The running moments that Adam and AdamW share.
struct AdamMoments {
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Float
  private let parameterCount: Int
  private let first: FloatBuffer
  private let second: FloatBuffer
  private var stepCount = 0

  init(settings: OptimizerSettings, parameterCount: Int) {
    beta1 = settings["beta1"]
    beta2 = settings["beta2"]
    epsilon = Float(settings["eps"])
    self.parameterCount = parameterCount
    first = FloatBuffer(count: parameterCount)
    second = FloatBuffer(count: parameterCount)
  }

  /// One step; the gradient is increased by `penalty` x parameters, parameters are first multiplied by `shrinkage`.
  mutating func step(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double, penalty: Float,
    shrinkage: Float
  ) {
    stepCount += 1
    let (first, second) = (first.start, second.start)
    let firstWeight = Float(1 - beta1)
    let (secondKept, secondWeight) = (Float(beta2), Float(1 - beta2))
    let stepSize = Float(learningRate / (1 - pow(beta1, Double(stepCount))))
    let correction = Float((1 - pow(beta2, Double(stepCount))).squareRoot())
    let epsilon = epsilon
    for index in 0..<parameterCount {
      let value = parameters[index] * shrinkage
      let slope = gradient[index] + penalty * value
      let mean = first[index] + firstWeight * (slope - first[index])
      let square = second[index] * secondKept + secondWeight * slope * slope
      first[index] = mean
      second[index] = square
      parameters[index] = value - stepSize * (mean / (square.squareRoot() / correction + epsilon))
    }
  }
}
