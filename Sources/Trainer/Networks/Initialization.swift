import Tensors

/// How fresh parameters are drawn.
package enum Initialization: String, Sendable, CaseIterable {
  /// PyTorch's default for Linear and Conv2d, `kaiming_uniform_(a=√5)`: weights and biases uniform in ±1/√fan_in.
  case pytorch
  /// `kaiming_normal_`: weights normal with deviation √(2/fan_in), biases zero.
  case kaimingNormal = "kaiming-normal"
  /// transformers' for encoders of BERT's family: weights and tables normal with deviation 0.02, biases zero.
  case transformers
}

extension NetworkDefinition {
  /// Fresh parameters for the whole network, and its buffers as they are before any batch.
  ///
  /// Determinism: element i of a parameter is a pure function of (seed, the parameter's name, i) in PyTorch's layout,
  /// so that a head drawn with one seed is the same whatever else is drawn.
  package func initialStateDict(seed: UInt64, _ initialization: Initialization = .pytorch) throws -> StateDict {
    var result = StateDict()
    for operation in chain.operations {
      result.merge(try Self.draw(operation.parameters, seed: seed, initialization))
      for (name, buffer) in operation.buffers {
        switch buffer {
        case .batchCount: try result.set(name, shape: [], integers: [0])
        case .floats(_, let shape, let initial):
          try result.set(name, shape: shape, values: Array(repeating: initial, count: buffer.floatCount))
        }
      }
    }
    return result
  }

  /// Fresh parameters for the head alone, as PyTorch draws a Linear's, or transformers a classifier's.
  package func initialHead(seed: UInt64) throws -> StateDict {
    try initialParameters(seed: seed) { headParameterNames.contains($0) }
  }

  /// Fresh parameters for what the weights of an encoder alone lack: the layers before the head, and the head.
  func initialTop(without weights: StateDict, seed: UInt64) throws -> StateDict {
    guard encoder != nil, let bottom = chain.operations.first else { return StateDict() }
    let ofEncoder = Set(bottom.parameters.map(\.name))
    return try initialParameters(seed: seed) { !ofEncoder.contains($0) && weights[$0] == nil }
  }

  private func initialParameters(seed: UInt64, _ isWanted: (String) -> Bool) throws -> StateDict {
    try Self.draw(
      parameters.filter { isWanted($0.name) }, seed: seed, encoder == nil ? .pytorch : .transformers)
  }

  private static func draw(
    _ parameters: [NetworkParameter], seed: UInt64, _ initialization: Initialization
  ) throws -> StateDict {
    var result = StateDict()
    for parameter in parameters {
      try result.set(
        parameter.name, shape: parameter.shape, values: draw(parameter, seed: seed, initialization))
    }
    return result
  }

  private static func draw(
    _ parameter: NetworkParameter, seed: UInt64, _ initialization: Initialization
  ) -> [Float] {
    let random = CounterRandom(seed: seed, stream: parameter.name)
    let indices = 0..<UInt64(parameter.elementCount)
    switch (parameter.role, initialization) {
    case (.constant(let value), _):
      return Array(repeating: value, count: parameter.elementCount)
    case (.weight, .transformers), (.table, .transformers):
      return indices.map { Float(0.02 * random.normal(at: $0)) }
    case (.bias, .transformers):
      return Array(repeating: 0, count: parameter.elementCount)
    case (.table(let zeroRow), _):
      let width = parameter.shape.last ?? 1
      return indices.map { Int($0) / width == zeroRow ? 0 : Float(random.normal(at: $0)) }
    case (.bias, .kaimingNormal):
      return Array(repeating: 0, count: parameter.elementCount)
    case (.weight(let fanIn), .kaimingNormal):
      let deviation = (2 / Double(fanIn)).squareRoot()
      return indices.map { Float(random.normal(at: $0) * deviation) }
    case (.weight(let fanIn), .pytorch), (.bias(let fanIn), .pytorch):
      let bound = 1 / Double(fanIn).squareRoot()
      return indices.map { Float((2 * random.uniform(at: $0) - 1) * bound) }
    }
  }
}
