/// A chain of layers laid out in memory: where each stage's parameters, activations and saved values lie.
struct Network: Sendable {
  struct Stage: Sendable {
    let layer: any Layer
    let inputShape: ActivationShape
    let outputShape: ActivationShape
    let parameterOffset: Int
    /// Whether the output takes the place of the input, which then belongs to the stage before.
    let isInPlace: Bool
  }

  let chain: LayerChain
  let stages: [Stage]
  let parameterCount: Int

  init(_ chain: LayerChain) {
    var stages: [Stage] = []
    var offset = 0
    var shape = chain.input
    for (entry, outputShape) in zip(chain.layers, chain.outputShapes) {
      let mayOverwrite = stages.last.map { !$0.layer.needsOutputForBackward } ?? false
      stages.append(
        Stage(
          layer: entry.layer, inputShape: shape, outputShape: outputShape, parameterOffset: offset,
          isInPlace: entry.layer.runsInPlace && mayOverwrite))
      offset += entry.layer.parameters.reduce(0) { $0 + $1.elementCount }
      shape = outputShape
    }
    self.chain = chain
    self.stages = stages
    parameterCount = offset
  }

  /// The parameters as they lie in memory, from the state dict's entries of the same names.
  func pack(_ weights: StateDict) throws -> FloatBuffer {
    let parameters = chain.parameters
    try weights.filtered(names: Set(parameters.map(\.name))).validate(for: parameters)
    let buffer = FloatBuffer(count: parameterCount)
    var offset = 0
    for parameter in parameters {
      let values = weights[parameter.name]?.values ?? []
      forEachElement(of: parameter) { pytorch, memory in buffer.start[offset + memory] = values[pytorch] }
      offset += parameter.elementCount
    }
    return buffer
  }

  /// The state dict of parameters as they lie in memory.
  func unpack(_ buffer: FloatBuffer) throws -> StateDict {
    var weights = StateDict()
    var offset = 0
    for parameter in chain.parameters {
      var values = [Float](repeating: 0, count: parameter.elementCount)
      forEachElement(of: parameter) { pytorch, memory in values[pytorch] = buffer.start[offset + memory] }
      try weights.set(parameter.name, shape: parameter.shape, values: values)
      offset += parameter.elementCount
    }
    return weights
  }

  /// Calls `body` with every element's index in PyTorch's tensor and in memory.
  private func forEachElement(of parameter: NetworkParameter, _ body: (_ pytorch: Int, _ memory: Int) -> Void) {
    guard parameter.layout == .channelsLast, parameter.shape.count == 4 else {
      for index in 0..<parameter.elementCount { body(index, index) }
      return
    }
    let channelCount = parameter.shape[1]
    let areaCount = parameter.shape[2] * parameter.shape[3]
    for output in 0..<parameter.shape[0] {
      let base = output * channelCount * areaCount
      for channel in 0..<channelCount {
        for position in 0..<areaCount {
          body(base + channel * areaCount + position, base + position * channelCount + channel)
        }
      }
    }
  }
}
