/// Two convolutions of 5 x 5 with pooling, `width` and twice as many channels, and a hidden layer of eight times `width`.
///
/// Names: conv1, conv2, hidden, classifier. `depth` is 2.
/// Source: after Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998, with ReLU and maxima.
package enum LeNet: NetworkPreset {
  package static let name = "lenet"
  package static let summary = "two 5 x 5 convolutions, --width and 2 --width channels, a hidden layer"
  package static let defaults = PresetSize(input: .image(channels: 1, height: 28, width: 28), width: 16, depth: 2)

  package static func network(_ size: PresetSize) throws -> NetworkDefinition {
    guard size.depth == defaults.depth else {
      throw TrainerError(.malformedNetwork, "\(name) has depth 2, not \(size.depth)")
    }
    let (channels, width) = (try size.channelCount(for: name), size.width)
    let body = [
      NamedLayer(name: "conv1", Conv2d(inChannels: channels, outChannels: width, kernelSize: 5)), NamedLayer(ReLU()),
      NamedLayer(MaxPool2d(kernelSize: 2)),
      NamedLayer(name: "conv2", Conv2d(inChannels: width, outChannels: 2 * width, kernelSize: 5)), NamedLayer(ReLU()),
      NamedLayer(MaxPool2d(kernelSize: 2)), NamedLayer(Flatten()),
    ]
    let features = try LayerChain(input: size.input, layers: body).output.elementCount
    return try NetworkDefinition(
      input: size.input,
      layers: body + [
        NamedLayer(name: "hidden", Linear(inFeatures: features, outFeatures: 8 * width)), NamedLayer(ReLU()),
        NamedLayer(name: "classifier", Linear(inFeatures: 8 * width, outFeatures: size.classCount)),
      ], head: "classifier")
  }
}
