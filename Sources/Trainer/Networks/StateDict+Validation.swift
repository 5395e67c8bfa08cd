extension StateDict {
  /// Checks that this is a state dict of the network: every parameter and buffer there, of its shape, and nothing else.
  ///
  /// - Throws: `TrainerError` with code `missingParameter`, `wrongParameterShape` or `unexpectedParameter`.
  package func validate(for network: NetworkDefinition) throws {
    try check(for: network.chain)
    let expected = Set(network.chain.parameters.map(\.name) + network.chain.buffers.map(\.name))
    if let entry = entries.first(where: { !expected.contains($0.name) }) {
      throw TrainerError(
        .unexpectedParameter, "the weights have \(entry.name.quoted()), the network has no such parameter")
    }
  }

  /// Checks that every parameter and buffer of the layers is there, of its shape; there may be others.
  func check(for chain: LayerChain) throws {
    for parameter in chain.parameters { try check(parameter.name, shape: parameter.shape) }
    for (name, buffer) in chain.buffers {
      try check(name, shape: buffer.shape)
      guard case .batchCount = buffer, self[name]?.integers == nil else { continue }
      throw TrainerError(.wrongParameterShape, "\(name.quoted()) is not a whole number of type I64")
    }
  }

  private func check(_ name: String, shape: [Int]) throws {
    guard let entry = self[name] else {
      throw TrainerError(.missingParameter, "the weights have no \(name.quoted()) of shape \(shape)")
    }
    guard entry.shape == shape else {
      throw TrainerError(
        .wrongParameterShape, "\(name.quoted()) has shape \(entry.shape), the network needs \(shape)")
    }
  }
}
