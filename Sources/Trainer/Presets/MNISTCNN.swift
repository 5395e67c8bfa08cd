/// DomainBed's network for 28 x 28 images: convolutions of 3 x 3 with `width`, 2, 2 and 2 `width` channels, the second
/// with stride 2, each followed by ReLU and GroupNorm of 8 groups; the mean over all positions, and a head.
///
/// Names: DomainBed's conv1, bn0, conv2, bn1, conv3, bn2, conv4, bn3; classifier. `depth` is 4.
/// Source: I. Gulrajani, D. Lopez-Paz, "In search of lost domain generalization", ICLR 2021, appendix D.1.
package enum MNISTCNN: NetworkPreset {
  package static let name = "mnist-cnn"
  package static let summary = "DomainBed's MNIST_CNN: four 3 x 3 convolutions, --width and 2 --width channels"
  package static let defaults = PresetSize(input: .image(channels: 1, height: 28, width: 28), width: 64, depth: 4)

  private static let groupCount = 8

  package static func network(_ size: PresetSize) throws -> NetworkDefinition {
    guard size.depth == defaults.depth else {
      throw TrainerError(.malformedNetwork, "\(name) has depth 4, not \(size.depth)")
    }
    guard size.width.isMultiple(of: groupCount) else {
      throw TrainerError(
        .malformedNetwork, "\(name) has a width that is a multiple of \(groupCount), not \(size.width)")
    }
    var (channels, layers) = (try size.channelCount(for: name), [NamedLayer]())
    for number in 1...size.depth {
      let width = number == 1 ? size.width : 2 * size.width
      layers += [
        NamedLayer(
          name: "conv\(number)",
          Conv2d(
            inChannels: channels, outChannels: width, kernelSize: 3, stride: number == 2 ? 2 : 1, padding: 1)),
        NamedLayer(ReLU()),
        NamedLayer(name: "bn\(number - 1)", GroupNorm(groupCount: groupCount, channelCount: width)),
      ]
      channels = width
    }
    layers += [
      NamedLayer(GlobalAvgPool()),
      NamedLayer(name: "classifier", Linear(inFeatures: channels, outFeatures: size.classCount)),
    ]
    return try NetworkDefinition(input: size.input, layers: layers, head: "classifier")
  }
}
