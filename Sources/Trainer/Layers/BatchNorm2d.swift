/// Batch normalisation of images: y = γ (x - mean) / √(variance + ε) + β for each channel, over all samples and
/// positions of the batch.
///
/// Shapes: x and y [N, num_features, H, W]; γ, β and the running statistics [num_features].
/// In training the mean and the biased variance are the batch's, and the running statistics move towards the mean and
/// the unbiased variance: r <- (1 - momentum) r + momentum s; without momentum (`null`) they are the average over all
/// batches. In evaluation, and while frozen, the running statistics take the place of the batch's.
/// Gradients: with x̂ the normalised input, M the number of samples times positions and g = γ dy,
/// dx = (g - sum(g) / M - x̂ sum(g x̂) / M) / √(variance + ε), dγ = sum of dy x̂, dβ = sum of dy; with running
/// statistics dx = g / √(variance + ε).
/// DType: f32; sums in f64. A batch of one position has variance 0; its running variance is then the biased one.
/// Determinism: sums of shards are added in shard order, so the bits do not depend on the number of threads.
/// Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015, algorithm 1; torch.nn.BatchNorm2d.
package struct BatchNorm2d: BatchStatisticsLayer {
  package static let typeName = "BatchNorm2d"

  let channelCount: Int
  let epsilon: Double
  /// nil for the average over all batches.
  let momentum: Double?
  let isAffine: Bool

  package init(channelCount: Int, epsilon: Double = 1e-5, momentum: Double? = 0.1, isAffine: Bool = true) {
    self.channelCount = channelCount
    self.epsilon = epsilon
    self.momentum = momentum
    self.isAffine = isAffine
  }

  package init(arguments: inout LayerArguments) throws {
    channelCount = try arguments.positiveInteger("num_features", atMost: LayerLimits.channels)
    epsilon = try arguments.number("eps", default: 1e-5, in: 0...1)
    momentum = try arguments.isNull("momentum") ? nil : arguments.number("momentum", default: 0.1, in: 0...1)
    isAffine = try arguments.boolean("affine", default: true)
  }

  package var arguments: [LayerArgument] {
    var list: [LayerArgument] = [.integer("num_features", channelCount)]
    if epsilon != 1e-5 { list.append(.number("eps", epsilon)) }
    if let momentum {
      if momentum != 0.1 { list.append(.number("momentum", momentum)) }
    } else {
      list.append(.null("momentum"))
    }
    if !isAffine { list.append(.boolean("affine", false)) }
    return list
  }

  package var parameters: [LayerParameter] {
    guard isAffine else { return [] }
    return [
      LayerParameter("weight", shape: [channelCount], role: .constant(1)),
      LayerParameter("bias", shape: [channelCount], role: .constant(0)),
    ]
  }

  package var buffers: [LayerBuffer] {
    [
      .floats(name: "running_mean", shape: [channelCount], initial: 0),
      .floats(name: "running_var", shape: [channelCount], initial: 1),
      .batchCount(name: "num_batches_tracked"),
    ]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, _, _) = input else { throw .imageExpected(input) }
    guard channels == channelCount else { throw ShapeRefusal(reason: "num_features is \(channelCount)") }
    return input
  }

  // Statistics: mean, 1 / √(variance + ε), then the coefficients of x, 1 (forward) and of dy, x, 1 (backward).
  package var statisticsCount: Int { 7 * channelCount }
  package var sumCount: Int { 2 * channelCount }

  package func addSums(_ pass: ForwardPass, to sums: UnsafeMutablePointer<Double>) {
    pass.kernels.c.channel_sums(
      Int64(pass.rowCount), Int32(channelCount), pass.input, pass.input, sums, sums + channelCount)
  }

  package func finish(
    sums: UnsafePointer<Double>, elementCount: Int, batchCount: Int64, parameters: UnsafePointer<Float>,
    buffers: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    let count = Double(elementCount)
    let weight = momentum ?? 1 / Double(batchCount)
    for channel in 0..<channelCount {
      let mean = sums[channel] / count
      let variance = max(0, sums[channelCount + channel] / count - mean * mean)
      let unbiased = elementCount > 1 ? variance * count / (count - 1) : variance
      let (runningMean, runningVariance) = (buffers + channel, buffers + channelCount + channel)
      runningMean.pointee = Float((1 - weight) * Double(runningMean.pointee) + weight * mean)
      runningVariance.pointee = Float((1 - weight) * Double(runningVariance.pointee) + weight * unbiased)
      set(statistics, channel, mean: mean, variance: variance, parameters: parameters)
    }
  }

  package func restore(
    buffers: UnsafePointer<Float>, parameters: UnsafePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<channelCount {
      set(
        statistics, channel, mean: Double(buffers[channel]), variance: Double(buffers[channelCount + channel]),
        parameters: parameters)
    }
  }

  private func set(
    _ statistics: UnsafeMutablePointer<Float>, _ channel: Int, mean: Double, variance: Double,
    parameters: UnsafePointer<Float>
  ) {
    let inverse = 1 / (variance + epsilon).squareRoot()
    let (weight, bias) =
      isAffine ? (Double(parameters[channel]), Double(parameters[channelCount + channel])) : (1, 0)
    let values = statistics + channel
    values[0] = Float(mean)
    values[channelCount] = Float(inverse)
    values[2 * channelCount] = Float(weight * inverse)
    values[3 * channelCount] = Float(bias - mean * weight * inverse)
    values[4 * channelCount] = Float(weight * inverse)
    values[5 * channelCount] = 0
    values[6 * channelCount] = 0
  }

  package func forward(_ pass: ForwardPass) {
    pass.kernels.c.channel_affine(
      Int64(pass.rowCount), Int32(channelCount), pass.input, pass.statistics + 2 * channelCount,
      pass.statistics + 3 * channelCount, false, pass.output)
  }

  package func addGradientSums(_ pass: BackwardPass, to sums: UnsafeMutablePointer<Double>) {
    pass.kernels.c.channel_sums(
      Int64(pass.rowCount), Int32(channelCount), pass.outputGradient, pass.input, sums, sums + channelCount)
  }

  package func finishGradient(
    sums: UnsafePointer<Double>, elementCount: Int, parameterGradient: UnsafeMutablePointer<Float>?,
    parameters: UnsafePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    let count = Double(elementCount)
    for channel in 0..<channelCount {
      let values = statistics + channel
      let (mean, inverse) = (Double(values[0]), Double(values[channelCount]))
      let sum = sums[channel]
      let projection = (sums[channelCount + channel] - mean * sum) * inverse
      if isAffine, let parameterGradient {
        parameterGradient[channel] += Float(projection)
        parameterGradient[channelCount + channel] += Float(sum)
      }
      let scale = Double(values[4 * channelCount])
      let slope = -scale * inverse * projection / count
      values[5 * channelCount] = Float(slope)
      values[6 * channelCount] = Float(-scale * sum / count - slope * mean)
    }
  }

  package func backward(_ pass: BackwardPass) {
    if !pass.usesBatchStatistics { addFrozenParameterGradient(pass) }
    guard let inputGradient = pass.inputGradient else { return }
    let scale = pass.statistics + 4 * channelCount
    pass.kernels.c.channel_affine_gradient(
      Int64(pass.rowCount), Int32(channelCount), pass.input, pass.outputGradient, scale, scale + channelCount,
      scale + 2 * channelCount, inputGradient)
  }

  private func addFrozenParameterGradient(_ pass: BackwardPass) {
    guard isAffine, let parameterGradient = pass.parameterGradient else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * channelCount) { sums in
      guard let start = sums.baseAddress else { return }
      start.initialize(repeating: 0, count: 2 * channelCount)
      addGradientSums(pass, to: start)
      for channel in 0..<channelCount {
        let (mean, inverse) = (Double(pass.statistics[channel]), Double(pass.statistics[channelCount + channel]))
        parameterGradient[channel] += Float((start[channelCount + channel] - mean * start[channel]) * inverse)
        parameterGradient[channelCount + channel] += Float(start[channel])
      }
    }
  }
}
