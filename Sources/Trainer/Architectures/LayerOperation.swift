/// One step of a network with its blocks unfolded. Value 0 is the network's input, value i + 1 the output of operation i.
package struct LayerOperation: Sendable {
  package enum Kind: Sendable {
    case layer(any Layer)
    /// The sum of two values: the end of a residual block.
    case sum
  }

  let kind: Kind
  /// The layer's full name, for example "layer1.0.conv1".
  let name: String
  /// The values it reads.
  let inputs: [Int]
  let inputShape: ActivationShape
  let outputShape: ActivationShape

  var layer: (any Layer)? {
    if case .layer(let layer) = kind { layer } else { nil }
  }

  /// The layer if it works on whole batches.
  var wholeBatchLayer: (any WholeBatchLayer)? {
    guard let layer = layer as? any WholeBatchLayer, layer.takesWholeBatch(inputShape) else { return nil }
    return layer
  }

  var takesWholeBatch: Bool { wholeBatchLayer != nil }

  var parameters: [NetworkParameter] {
    (layer?.parameters ?? []).map { parameter in
      NetworkParameter(
        name: "\(name).\(parameter.name)", shape: parameter.shape, role: parameter.role, layout: parameter.layout)
    }
  }

  /// The buffers by full name.
  var buffers: [(name: String, buffer: LayerBuffer)] {
    (layer?.buffers ?? []).map { (name: "\(name).\($0.name)", buffer: $0) }
  }
}
