import Tensors

/// The tensors of a checkpoint of an encoder, or of a classifier on one, under the names they have in a sequence classifier.
package struct EncoderWeights: Sendable {
  /// What the network has parameters for; those between encoder and classifier, and the classifier, may be missing.
  package let weights: StateDict
  /// What the checkpoint calls each of them.
  package let names: [String: String]
  /// Tensors of the checkpoint that the network has no use for.
  package let unusedNames: [String]

  /// - Parameter checkpoint: names as transformers writes them; an encoder alone leaves its family's prefix out.
  /// - Throws: `TrainerError.missingParameter`, `.wrongParameterShape` for parameters of the encoder.
  package init(_ checkpoint: StateDict, for network: NetworkDefinition) throws {
    guard let encoder = network.chain.operations.first, let configuration = network.encoder else {
      weights = checkpoint
      names = Dictionary(checkpoint.names.map { ($0, $0) }, uniquingKeysWith: { first, _ in first })
      unusedNames = []
      return
    }
    let prefix = "\(configuration.family.rawValue)."
    var (result, found) = (StateDict(), [String: String]())
    let ofEncoder = Set(encoder.parameters.map(\.name))
    for parameter in network.parameters {
      let names = [parameter.name] + Self.otherNames(parameter.name, prefix)
      guard let entry = names.lazy.compactMap({ checkpoint[$0] }).first else {
        guard ofEncoder.contains(parameter.name) else { continue }
        throw TrainerError(.missingParameter, "the weights lack \(parameter.name.quoted())")
      }
      guard entry.shape == parameter.shape || !ofEncoder.contains(parameter.name) else {
        throw TrainerError(
          .wrongParameterShape,
          "\(entry.name.quoted()) has shape \(entry.shape), config.json makes it \(parameter.shape)")
      }
      found[parameter.name] = entry.name
      try result.set(parameter.name, shape: entry.shape, elements: entry.elements)
    }
    weights = result
    names = found
    let used = Set(found.values)
    unusedNames = checkpoint.names.filter { !used.contains($0) }
  }

  /// What an encoder alone calls a parameter, and what checkpoints of TensorFlow's days do.
  private static func otherNames(_ name: String, _ prefix: String) -> [String] {
    let old = name.replacing(suffix: "LayerNorm.weight", by: "LayerNorm.gamma")
      .replacing(suffix: "LayerNorm.bias", by: "LayerNorm.beta")
    let names = old == name ? [name] : [name, old]
    return names.dropFirst() + names.compactMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
  }
}

extension String {
  fileprivate func replacing(suffix: String, by other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self
  }
}
