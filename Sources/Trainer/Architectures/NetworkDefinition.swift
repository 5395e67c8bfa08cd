import Documents

/// A network as data: what `network.json` says.
///
/// ```json
/// {"format": "wgit-network", "version": 1, "input": [1, 28, 28], "head": "head", "layers": [
///   {"name": "conv1", "type": "Conv2d", "in_channels": 1, "out_channels": 32, "kernel_size": 3,
///    "stride": 2, "padding": 1},
///   {"type": "ReLU"}, {"type": "Flatten"},
///   {"name": "head", "type": "Linear", "in_features": 6272, "out_features": 10}]}
/// ```
///
/// Layers have PyTorch's type names and constructor arguments; parameters are named `<name>.weight`, `<name>.bias` and
/// have PyTorch's shapes. A layer without a name takes its place in the list, from 0, as in `nn.Sequential`. The
/// head is the last layer, a `Linear` with one output for each class; everything before it computes the features a
/// linear probe is trained on.
package struct NetworkDefinition: Sendable {
  package let chain: LayerChain
  /// The name of the last layer.
  package let headName: String
  let headLayer: Linear
  /// What the first layer was made of, if it is an encoder: then `config.json` holds the network.
  package let encoder: EncoderConfiguration?
  /// How its encoder is given texts; nil without a tokenizer.
  package private(set) var texts: TextInput?

  /// - Throws: `TrainerError` naming the first layer that does not fit.
  package init(input: ActivationShape, layers: [NamedLayer], head: String) throws {
    try self.init(input: input, layers: layers, head: head, encoder: nil)
  }

  init(input: ActivationShape, layers: [NamedLayer], head: String, encoder: EncoderConfiguration?) throws {
    let chain = try LayerChain(input: input, layers: layers)
    guard let last = chain.operations.last, last.name == head, let linear = last.layer as? Linear else {
      throw TrainerError(
        .malformedNetwork, "the head \(head.quoted()) is not the name of a Linear that is the last layer")
    }
    guard case .features = last.outputShape else {
      throw TrainerError(
        .shapeMismatch, "the head \(head.quoted()) has output \(last.outputShape), not one number for each class")
    }
    self.chain = chain
    headName = head
    headLayer = linear
    self.encoder = encoder
  }

  package var input: ActivationShape { chain.input }
  package var classCount: Int { headLayer.outFeatures }
  package var featureCount: Int { headLayer.inFeatures }
  package var parameters: [NetworkParameter] { chain.parameters }

  /// Names and shapes of all parameters and buffers, as in PyTorch's state dict.
  package var tensors: [(name: String, shape: [Int])] {
    chain.operations.flatMap { operation in
      operation.parameters.map { ($0.name, $0.shape) } + operation.buffers.map { ($0.name, $0.buffer.shape) }
    }
  }

  /// The names of the head's parameters.
  package var headParameterNames: [String] {
    headLayer.parameters.map { "\(headName).\($0.name)" }
  }

  /// The same network for texts.
  package func reading(_ texts: TextInput) -> NetworkDefinition {
    var network = self
    network.texts = texts
    return network
  }

  /// The same network with a head for another number of classes.
  ///
  /// - Parameter classNames: an encoder's configuration keeps them.
  package func replacingHead(classCount: Int, classNames: [String]? = nil) throws -> NetworkDefinition {
    guard (1...LayerLimits.features).contains(classCount) else {
      throw TrainerError(.malformedNetwork, "a head cannot have \(classCount) classes")
    }
    if let encoder {
      let configuration = try encoder.withClasses(classCount, named: classNames)
      var network = try NetworkDefinition(encoder: configuration)
      network.texts = try texts?.with(configuration)
      return network
    }
    let head = Linear(inFeatures: headLayer.inFeatures, outFeatures: classCount, hasBias: headLayer.hasBias)
    return try NetworkDefinition(
      input: input, layers: chain.layers.dropLast() + [NamedLayer(name: headName, head)], head: headName)
  }

  /// The layers as they are trained if each feature, an input of the head, is dropped with a probability.
  func chain(featureDropout probability: Double) throws -> LayerChain {
    guard probability > 0 else { return chain }
    let head = [
      NamedLayer(name: "\(headName).dropout", Dropout(probability: probability)), NamedLayer(name: headName, headLayer),
    ]
    return try LayerChain(input: input, layers: chain.layers.dropLast() + head)
  }

  /// The layers before the head.
  func backbone() throws -> LayerChain {
    try LayerChain(input: input, layers: chain.layers.dropLast())
  }

  /// The head alone, on features.
  func headAlone() throws -> LayerChain {
    try LayerChain(input: .features(featureCount), layers: [NamedLayer(name: headName, headLayer)])
  }
}
