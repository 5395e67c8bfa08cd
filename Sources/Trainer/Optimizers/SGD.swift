/// Stochastic gradient descent with momentum: g <- g + λ θ; v <- μ v + g (v = g in the first step); θ <- θ - η v.
///
/// DType: f32. Determinism: elementwise.
/// Source: torch.optim.SGD with dampening 0, without Nesterov's correction.
package struct SGD: Optimizer {
  package static let name = "sgd"
  package static let defaults: OptimizerSettings = ["momentum": 0, "weight-decay": 0]

  private let momentum: Float
  private let weightDecay: Float
  private let parameterCount: Int
  private let velocity: FloatBuffer
  private var stepCount = 0

  package init(settings: OptimizerSettings, parameterCount: Int) {
    momentum = Float(settings["momentum"])
    weightDecay = Float(settings["weight-decay"])
    self.parameterCount = parameterCount
    velocity = FloatBuffer(count: momentum == 0 ? 0 : parameterCount)
  }

  package mutating func step(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, learningRate: Double
  ) {
    let rate = Float(learningRate)
    let velocity = velocity.start
    for index in 0..<parameterCount {
      var update = gradient[index]
      if weightDecay != 0 { update += weightDecay * parameters[index] }
      if momentum != 0 {
        if stepCount > 0 { update += momentum * velocity[index] }
        velocity[index] = update
      }
      parameters[index] -= rate * update
    }
    stepCount += 1
  }
}
