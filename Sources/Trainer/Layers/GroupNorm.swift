/// Group normalisation: y = γ (x - mean) / √(variance + ε) + β, over each sample's groups of channels.
///
/// Shapes: x and y [N, num_channels, H, W], γ and β [num_channels]; a group is num_channels / num_groups neighbouring
/// channels at all positions. The variance is the biased one.
/// Gradients: with x̂ the normalised input and g = γ dy, dx = (g - mean(g) - x̂ mean(g x̂)) / √(variance + ε), means
/// over the group; dγ = sum of dy x̂, dβ = sum of dy.
/// DType: f32; means and variances are accumulated in f64.
/// Determinism: one thread, fixed order.
/// Source: Y. Wu, K. He, "Group normalization", ECCV 2018, equations 1-7; torch.nn.GroupNorm.
package struct GroupNorm: Layer {
  package static let typeName = "GroupNorm"

  let groupCount: Int
  let channelCount: Int
  /// PyTorch's default.
  private static let epsilon = 1e-5

  package init(arguments: inout LayerArguments) throws {
    groupCount = try arguments.positiveInteger("num_groups", atMost: LayerLimits.channels)
    channelCount = try arguments.positiveInteger("num_channels", atMost: LayerLimits.channels)
    guard channelCount.isMultiple(of: groupCount) else {
      throw arguments.refusal("num_channels \(channelCount) is not a multiple of num_groups \(groupCount)")
    }
  }

  package var arguments: [LayerArgument] {
    [.integer("num_groups", groupCount), .integer("num_channels", channelCount)]
  }

  package var parameters: [LayerParameter] {
    [
      LayerParameter("weight", shape: [channelCount], role: .constant(1)),
      LayerParameter("bias", shape: [channelCount], role: .constant(0)),
    ]
  }

  package func outputShape(for input: ActivationShape) throws(ShapeRefusal) -> ActivationShape {
    guard case .image(let channels, _, _) = input else { throw .imageExpected(input) }
    guard channels == channelCount else { throw ShapeRefusal(reason: "num_channels is \(channelCount)") }
    return input
  }

  /// The mean and 1 / √(variance + ε) of each sample's groups.
  package func savedCount(for input: ActivationShape) -> Int { 2 * groupCount }

  package func forward(_ pass: ForwardPass) {
    let count = pass.inputShape.elementCount
    let (weight, bias) = (pass.parameters, pass.parameters + channelCount)
    for sample in 0..<pass.sampleCount {
      let (input, output) = (pass.input + sample * count, pass.output + sample * count)
      for group in 0..<groupCount {
        let (mean, inverse) = statistics(of: input, group: group, count: count)
        let saved = pass.saved + 2 * (sample * groupCount + group)
        (saved[0], saved[1]) = (mean, inverse)
        forEachElement(of: group, count: count) { index, channel in
          output[index] = (input[index] - mean) * inverse * weight[channel] + bias[channel]
        }
      }
    }
  }

  package func backward(_ pass: BackwardPass) {
    let count = pass.inputShape.elementCount
    let weight = pass.parameters
    let (weightGradient, biasGradient) = (pass.parameterGradient, pass.parameterGradient.map { $0 + channelCount })
    for sample in 0..<pass.sampleCount {
      let (input, outputGradient) = (pass.input + sample * count, pass.outputGradient + sample * count)
      for group in 0..<groupCount {
        let saved = pass.saved + 2 * (sample * groupCount + group)
        let (mean, inverse) = (saved[0], saved[1])
        var (sum, projection) = (0.0, 0.0)
        forEachElement(of: group, count: count) { index, channel in
          let normalized = (input[index] - mean) * inverse
          let gradient = outputGradient[index]
          weightGradient?[channel] += gradient * normalized
          biasGradient?[channel] += gradient
          sum += Double(gradient * weight[channel])
          projection += Double(gradient * weight[channel] * normalized)
        }
        guard let inputGradient = pass.inputGradient.map({ $0 + sample * count }) else { continue }
        let groupSize = Double(count / groupCount)
        let (meanGradient, meanProjection) = (Float(sum / groupSize), Float(projection / groupSize))
        forEachElement(of: group, count: count) { index, channel in
          let normalized = (input[index] - mean) * inverse
          inputGradient[index] =
            (outputGradient[index] * weight[channel] - meanGradient - normalized * meanProjection) * inverse
        }
      }
    }
  }

  private func statistics(of input: UnsafePointer<Float>, group: Int, count: Int) -> (mean: Float, inverse: Float) {
    let groupSize = Double(count / groupCount)
    var sum = 0.0
    forEachElement(of: group, count: count) { index, _ in sum += Double(input[index]) }
    let mean = sum / groupSize
    var squares = 0.0
    forEachElement(of: group, count: count) { index, _ in
      let deviation = Double(input[index]) - mean
      squares += deviation * deviation
    }
    return (Float(mean), Float(1 / (squares / groupSize + Self.epsilon).squareRoot()))
  }

  /// Calls `body` with the index and channel of every element of one sample's group, position after position.
  @inline(__always)
  private func forEachElement(of group: Int, count: Int, _ body: (_ index: Int, _ channel: Int) -> Void) {
    let width = channelCount / groupCount
    for position in 0..<count / channelCount {
      for channel in group * width..<(group + 1) * width { body(position * channelCount + channel, channel) }
    }
  }
}
