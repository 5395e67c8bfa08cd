/// An average of weights along a run, without keeping them all.
///
/// Formula: means by θ̄ <- θ̄ + (θ - θ̄) / n; the exponential average by θ̄ <- θ̄ + (1 - decay) (θ - θ̄), from the first
/// weights on.
/// DType: f32. Determinism: elementwise, in step order.
/// Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018;
/// torch.optim.swa_utils.AveragedModel with `use_buffers`, so that running statistics of normalisation are averaged too.
/// Checked by: WeightAverageTests, against PyTorch.
package struct WeightAverage {
  private let settings: AverageSettings
  /// Of the run.
  private let stepCount: Int
  let values: FloatBuffer
  /// Weights taken in so far.
  package internal(set) var count = 0

  package init(_ settings: AverageSettings, stepCount: Int, elementCount: Int) {
    self.settings = settings
    self.stepCount = stepCount
    values = FloatBuffer(count: elementCount)
  }

  /// The average so far.
  package var elements: [Float] { values.values }

  /// Takes in the weights after step `step`, counted from 1, if the average wants them.
  ///
  /// Shapes: blocks of `elementCount` elements together, one after the other.
  package mutating func add(_ weights: [UnsafeMutableBufferPointer<Float>], step: Int) {
    guard wants(step) else { return }
    count += 1
    let share: Float
    switch settings {
    case .ema(let decay): share = count == 1 ? 1 : Float(1 - decay)
    case .swa, .lastK: share = 1 / Float(count)
    }
    var average = values.start
    for block in weights {
      for index in 0..<block.count { average[index] += share * (block[index] - average[index]) }
      average += block.count
    }
  }

  /// Puts the average in place of weights. Shapes: as `add`.
  func write(into weights: [UnsafeMutableBufferPointer<Float>]) {
    var average = values.start
    for block in weights {
      _ = block.update(fromContentsOf: UnsafeBufferPointer(start: average, count: block.count))
      average += block.count
    }
  }

  private func wants(_ step: Int) -> Bool {
    switch settings {
    case .ema: true
    case .swa(let fraction, let every):
      (stepCount - step).isMultiple(of: every) && (Double(step) >= fraction * Double(stepCount) || step == stepCount)
    case .lastK(let count, let every):
      (stepCount - step).isMultiple(of: every) && (stepCount - step) / every < count
    }
  }
}
