/// Fully connected layers: `depth` hidden layers of `width` units with ReLU, and a head.
///
/// Names: hidden1, hidden2, …, classifier.
package enum MLP: NetworkPreset {
  package static let name = "mlp"
  package static let summary = "--depth hidden layers of --width units"
  package static let defaults = PresetSize(input: .image(channels: 1, height: 28, width: 28), width: 512, depth: 2)

  package static func network(_ size: PresetSize) throws -> NetworkDefinition {
    var layers: [NamedLayer] = []
    if size.input.dimensions.count > 1 { layers.append(NamedLayer(Flatten())) }
    var inputs = size.input.elementCount
    for number in 1...size.depth {
      layers += [
        NamedLayer(name: "hidden\(number)", Linear(inFeatures: inputs, outFeatures: size.width)), NamedLayer(ReLU()),
      ]
      inputs = size.width
    }
    layers.append(NamedLayer(name: "classifier", Linear(inFeatures: inputs, outFeatures: size.classCount)))
    return try NetworkDefinition(input: size.input, layers: layers, head: "classifier")
  }
}
