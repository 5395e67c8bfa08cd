/// A network's parameters and buffers as they lie in memory, from a state dict and back.
///
/// `@unchecked Sendable`: whoever changes the state does so while nobody else reads it.
package final class NetworkState: @unchecked Sendable {
  let network: Network
  /// [network.parameterCount]
  let parameters: FloatBuffer
  /// [network.bufferCount]
  let buffers: FloatBuffer
  /// Batches seen by each layer that counts them.
  var batchCounts: [Int64]

  /// - Throws: `TrainerError` if a parameter or buffer is missing or has another shape; others are ignored.
  init(_ network: Network, _ weights: StateDict) throws {
    self.network = network
    parameters = FloatBuffer(count: network.parameterCount)
    buffers = FloatBuffer(count: network.bufferCount)
    batchCounts = []
    try weights.check(for: network.chain)
    var offset = 0
    for parameter in network.chain.parameters {
      let values = weights[parameter.name]?.values ?? []
      parameter.forEachElement { pytorch, memory in parameters.start[offset + memory] = values[pytorch] }
      offset += parameter.elementCount
    }
    offset = 0
    for (name, buffer) in network.chain.buffers {
      switch buffer {
      case .batchCount: batchCounts.append(weights[name]?.integers?.first ?? 0)
      case .floats:
        for value in weights[name]?.values ?? [] {
          buffers.start[offset] = value
          offset += 1
        }
      }
    }
  }

  /// The parameters and buffers by name, in PyTorch's order and layout.
  func stateDict() throws -> StateDict {
    try Self.stateDict(network, parameters: parameters, buffers: (buffers, batchCounts))
  }

  /// Parameters, or their gradient, by name, and the buffers if they are given.
  static func stateDict(
    _ network: Network, parameters: FloatBuffer, buffers: (floats: FloatBuffer, counts: [Int64])? = nil
  ) throws -> StateDict {
    var result = StateDict()
    var (offset, bufferOffset, counter) = (0, 0, 0)
    for operation in network.operations {
      for parameter in operation.parameters {
        var values = [Float](repeating: 0, count: parameter.elementCount)
        parameter.forEachElement { pytorch, memory in values[pytorch] = parameters.start[offset + memory] }
        try result.set(parameter.name, shape: parameter.shape, values: values)
        offset += parameter.elementCount
      }
      guard let buffers else { continue }
      for (name, buffer) in operation.buffers {
        switch buffer {
        case .batchCount:
          try result.set(name, shape: [], integers: [buffers.counts[counter]])
          counter += 1
        case .floats:
          let start = buffers.floats.start + bufferOffset
          try result.set(
            name, shape: buffer.shape, values: Array(UnsafeBufferPointer(start: start, count: buffer.floatCount)))
          bufferOffset += buffer.floatCount
        }
      }
    }
    return result
  }
}
