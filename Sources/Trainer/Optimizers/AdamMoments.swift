import CLayerKernels
import Glibc

/// The running moments that Adam and AdamW share.
struct AdamMoments: Sendable {
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Float
  private let first: FloatBuffer
  private let second: FloatBuffer

  init(settings: NamedSettings, parameterCount: Int) {
    beta1 = settings["beta1"]
    beta2 = settings["beta2"]
    epsilon = Float(settings["eps"])
    first = FloatBuffer(count: parameterCount)
    second = FloatBuffer(count: parameterCount)
  }

  var buffers: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
    [(name: "exp_avg", values: first.elements), (name: "exp_avg_sq", values: second.elements)]
  }

  /// A range's part of step `stepCount`, counted from 1: the gradient is increased by `penalty` x parameters, parameters
  /// are first multiplied by `shrinkage`.
  func update(
    _ range: ParameterRange, stepCount: Int, parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    learningRate: Double, penalty: Float, shrinkage: Float
  ) {
    let (parameters, gradient) = (parameters + range.offset, gradient + range.offset)
    let (first, second) = (first.start + range.offset, second.start + range.offset)
    var step = wgit_adam_t(
      stepSize: Float(learningRate / (1 - pow(beta1, Double(stepCount)))), shrinkage: shrinkage, penalty: penalty,
      firstWeight: Float(1 - beta1), secondKept: Float(beta2), secondWeight: Float(1 - beta2),
      correction: Float((1 - pow(beta2, Double(stepCount))).squareRoot()), epsilon: epsilon)
    VectorKernels.best.c.adam(Int64(range.count), &step, parameters, gradient, first, second)
  }
}
