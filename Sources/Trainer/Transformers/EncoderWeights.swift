import Tensors

/// The parameters of a sequence classifier, taken from a checkpoint of one, or of an encoder alone.
package struct EncoderWeights: Sendable {
  /// As `EncoderParameters` places them.
  package let values: [Float]
  /// Parameters of the head that the checkpoint lacks and that were drawn.
  package let drawnNames: [String]
  /// Tensors of the checkpoint that the model has no use for.
  package let unusedNames: [String]

  /// The standard deviation with which transformers draws new layers.
  private static let deviation = 0.02

  /// - Parameters:
  ///   - checkpoint: names as transformers writes them; an encoder alone leaves its family's prefix out.
  ///   - seed: of the layers before the classifier and the classifier itself, if the checkpoint lacks them, or has them
  ///     for another number of classes.
  /// - Throws: `TrainerError.missingParameter`, `.wrongParameterShape` for parameters of the encoder.
  package init(_ checkpoint: StateDict, for model: SequenceClassifier, seed: UInt64) throws {
    let prefix = "\(model.configuration.family.rawValue)."
    var values: [Float] = []
    values.reserveCapacity(model.parameters.elementCount)
    var drawn: [String] = []
    var used: Set<String> = []
    for parameter in model.parameters.all {
      let isHead = parameter.offset >= model.parameters.pooler.weight
      let entry = checkpoint[parameter.name] ?? Self.bare(parameter.name, prefix).flatMap { checkpoint[$0] }
      if let entry, entry.shape == parameter.shape {
        used.insert(entry.name)
        values += entry.values
      } else if isHead {
        drawn.append(parameter.name)
        values += Self.draw(parameter, seed: seed)
      } else if let entry {
        throw TrainerError(
          .wrongParameterShape,
          "\(entry.name.quoted()) has shape \(entry.shape), config.json makes it \(parameter.shape)")
      } else {
        throw TrainerError(.missingParameter, "the checkpoint lacks \(parameter.name.quoted())")
      }
    }
    self.values = values
    drawnNames = drawn
    unusedNames = checkpoint.names.filter { !used.contains($0) }
  }

  private static func bare(_ name: String, _ prefix: String) -> String? {
    name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
  }

  /// Weights normal with deviation 0.02, biases 0.
  ///
  /// Determinism: a pure function of seed, name and place.
  private static func draw(_ parameter: EncoderParameters.Parameter, seed: UInt64) -> [Float] {
    guard parameter.shape.count > 1 else { return Array(repeating: 0, count: parameter.elementCount) }
    let random = CounterRandom(seed: seed, stream: parameter.name)
    return (0..<UInt64(parameter.elementCount)).map { Float(deviation * random.normal(at: $0)) }
  }

  /// The values under the names that transformers gives them.
  package static func stateDict(_ values: [Float], of model: SequenceClassifier) throws -> StateDict {
    precondition(values.count == model.parameters.elementCount)
    var result = StateDict()
    for parameter in model.parameters.all {
      let range = parameter.offset..<(parameter.offset + parameter.elementCount)
      try result.set(parameter.name, shape: parameter.shape, values: Array(values[range]))
    }
    return result
  }
}
