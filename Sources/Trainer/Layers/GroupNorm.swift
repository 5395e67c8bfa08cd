/// Group normalisation: y = γ (x - mean) / √(variance + ε) + β, over each sample's groups of channels.
///
/// Shapes: x and y [N, num_channels, H, W], γ and β [num_channels]; a group is num_channels / num_groups neighbouring
/// channels at all positions. The variance is the biased one.
/// Gradients: with x̂ the normalised input, M the elements of a group and g = γ dy,
/// dx = (g - sum(g) / M - x̂ sum(g x̂) / M) / √(variance + ε), sums over the group; dγ = sum of dy x̂, dβ = sum of dy.
/// DType: f32; sums in f64, channel by channel.
/// Determinism: one thread, fixed order.
/// Source: Y. Wu, K. He, "Group normalization", ECCV 2018, equations 1-7; torch.nn.GroupNorm.
package struct GroupNorm: Layer {
  package static let typeName = "GroupNorm"

  let groupCount: Int
  let channelCount: Int
  let epsilon: Double
  let isAffine: Bool

  package init(groupCount: Int, channelCount: Int) {
    self.groupCount = groupCount
    self.channelCount = channelCount
    epsilon = 1e-5
    isAffine = true
  }

  package init(arguments: inout LayerArguments) throws {
    groupCount = try arguments.positiveInteger("num_groups", atMost: LayerLimits.channels)
    channelCount = try arguments.positiveInteger("num_channels", atMost: LayerLimits.channels)
    epsilon = try arguments.number("eps", default: 1e-5, in: 0...1)
    isAffine = try arguments.boolean("affine", default: true)
    guard channelCount.isMultiple(of: groupCount) else {
      throw arguments.refusal("num_channels \(channelCount) is not a multiple of num_groups \(groupCount)")
    }
  }

  package var arguments: [LayerArgument] {
    [.integer("num_groups", groupCount), .integer("num_channels", channelCount)]
      + (epsilon == 1e-5 ? [] : [.number("eps", epsilon)]) + (isAffine ? [] : [.boolean("affine", false)])
  }

  package var parameters: [LayerParameter] {
    guard isAffine else { return [] }
    return [
      LayerParameter("weight", shape: [channelCount], role: .constant(1)),
      LayerParameter("bias", shape: [channelCount], role: .constant(0)),
    ]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, _, _) = input else { throw .imageExpected(input) }
    guard channels == channelCount else { throw ShapeRefusal(reason: "num_channels is \(channelCount)") }
    return input
  }

  /// The mean and 1 / √(variance + ε) of each group.
  package func savedCount(for input: ActivationShape) -> Int { 2 * groupCount }

  /// The coefficients of a pass.
  package func temporaryCount(for input: ActivationShape, sampleCount: Int) -> Int { 3 * channelCount }

  package func forward(_ pass: ForwardPass) {
    let positionCount = pass.inputShape.positionCount
    let (scale, shift) = (pass.temporary, pass.temporary + channelCount)
    for sample in 0..<pass.sampleCount {
      let input = pass.input + sample * pass.inputShape.elementCount
      let saved = pass.saved + 2 * groupCount * sample
      withSums { sums, squares in
        pass.kernels.c.channel_sums(Int64(positionCount), Int32(channelCount), input, input, sums, squares)
        for group in 0..<groupCount {
          let (mean, inverse) = statistics(group, sums: sums, squares: squares, positionCount: positionCount)
          (saved[2 * group], saved[2 * group + 1]) = (Float(mean), Float(inverse))
          for channel in channels(of: group) {
            let (weight, bias) = affine(channel, pass.parameters)
            scale[channel] = Float(weight * inverse)
            shift[channel] = Float(bias - mean * weight * inverse)
          }
        }
      }
      pass.kernels.c.channel_affine(
        Int64(positionCount), Int32(channelCount), input, scale, shift, false,
        pass.output + sample * pass.inputShape.elementCount)
    }
  }

  package func backward(_ pass: BackwardPass) {
    let positionCount = pass.inputShape.positionCount
    let count = pass.inputShape.elementCount
    let (slope, other) = (pass.temporary, pass.temporary + channelCount)
    let constant = pass.temporary + 2 * channelCount
    for sample in 0..<pass.sampleCount {
      let (input, gradient) = (pass.input + sample * count, pass.outputGradient + sample * count)
      let saved = pass.saved + 2 * groupCount * sample
      withSums { sums, products in
        pass.kernels.c.channel_sums(Int64(positionCount), Int32(channelCount), gradient, input, sums, products)
        for group in 0..<groupCount {
          let (mean, inverse) = (Double(saved[2 * group]), Double(saved[2 * group + 1]))
          var (sum, projection) = (0.0, 0.0)
          for channel in channels(of: group) {
            let weight = affine(channel, pass.parameters).weight
            let normalized = (products[channel] - mean * sums[channel]) * inverse
            sum += weight * sums[channel]
            projection += weight * normalized
            guard isAffine, let parameterGradient = pass.parameterGradient else { continue }
            parameterGradient[channel] += Float(normalized)
            parameterGradient[channelCount + channel] += Float(sums[channel])
          }
          let groupSize = Double(count / groupCount)
          let (meanSum, meanProjection) = (sum / groupSize, projection / groupSize)
          for channel in channels(of: group) {
            slope[channel] = Float(affine(channel, pass.parameters).weight * inverse)
            other[channel] = Float(-inverse * inverse * meanProjection)
            constant[channel] = Float(inverse * (inverse * mean * meanProjection - meanSum))
          }
        }
      }
      guard let inputGradient = pass.inputGradient else { continue }
      pass.kernels.c.channel_affine_gradient(
        Int64(positionCount), Int32(channelCount), input, gradient, slope, other, constant,
        inputGradient + sample * count)
    }
  }

  private func channels(of group: Int) -> Range<Int> {
    let width = channelCount / groupCount
    return group * width..<(group + 1) * width
  }

  private func affine(_ channel: Int, _ parameters: UnsafePointer<Float>) -> (weight: Double, bias: Double) {
    isAffine ? (Double(parameters[channel]), Double(parameters[channelCount + channel])) : (1, 0)
  }

  private func statistics(
    _ group: Int, sums: UnsafePointer<Double>, squares: UnsafePointer<Double>, positionCount: Int
  ) -> (mean: Double, inverse: Double) {
    let channels = channels(of: group)
    let count = Double(positionCount * channels.count)
    let mean = channels.reduce(0.0) { $0 + sums[$1] } / count
    let variance = channels.reduce(0.0) { $0 + squares[$1] } / count - mean * mean
    return (mean, 1 / (max(0, variance) + epsilon).squareRoot())
  }

  /// Two zeroed rows of sums, one number for each channel.
  private func withSums(
    _ body: (_ sums: UnsafeMutablePointer<Double>, _ products: UnsafeMutablePointer<Double>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * channelCount) { memory in
      guard let start = memory.baseAddress else { return }
      start.initialize(repeating: 0, count: 2 * channelCount)
      body(start, start + channelCount)
    }
  }
}
