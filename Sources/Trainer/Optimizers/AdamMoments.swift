import Glibc

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
