/// A residual network for small images: a convolution of 3 x 3, three stages of (depth - 2) / 6 basic blocks with
/// `width`, 2 and 4 `width` channels, the mean over all positions, and a head. `depth` 20 is ResNet-20.
///
/// Where a stage halves the image its first block's shortcut is a convolution of 1 x 1 with normalisation (option B).
/// Names: torchvision's conv1, bn1, layer1.0.conv1, …, layer2.0.downsample.0, …, fc.
/// Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016, section 4.2.
package enum ResNet: NetworkPreset {
  package static let name = "resnet"
  package static let summary = "CIFAR's ResNet of --depth 6n + 2, --width channels in the first stage"
  package static let defaults = PresetSize(input: .image(channels: 3, height: 32, width: 32), width: 16, depth: 20)

  package static func network(_ size: PresetSize) throws -> NetworkDefinition {
    guard size.depth > 2, (size.depth - 2).isMultiple(of: 6) else {
      throw TrainerError(.malformedNetwork, "\(name) has a depth of 6n + 2 (8, 14, 20, …), not \(size.depth)")
    }
    let channels = try size.channelCount(for: name)
    var layers = [
      NamedLayer(name: "conv1", convolution(channels, size.width)),
      NamedLayer(name: "bn1", BatchNorm2d(channelCount: size.width)), NamedLayer(ReLU()),
    ]
    var inputs = size.width
    for stage in 1...3 {
      let width = size.width << (stage - 1)
      for number in 0..<(size.depth - 2) / 6 {
        let stride = stage > 1 && number == 0 ? 2 : 1
        layers += [
          NamedLayer(name: "layer\(stage).\(number)", block(inputs, width, stride: stride)), NamedLayer(ReLU()),
        ]
        inputs = width
      }
    }
    layers += [
      NamedLayer(GlobalAvgPool()), NamedLayer(name: "fc", Linear(inFeatures: inputs, outFeatures: size.classCount)),
    ]
    return try NetworkDefinition(input: size.input, layers: layers, head: "fc")
  }

  private static func block(_ inputs: Int, _ outputs: Int, stride: Int) -> Residual {
    let shortcut = [
      NamedLayer(name: "downsample.0", convolution(inputs, outputs, stride: stride, kernelSize: 1)),
      NamedLayer(name: "downsample.1", BatchNorm2d(channelCount: outputs)),
    ]
    return Residual(
      [
        NamedLayer(name: "conv1", convolution(inputs, outputs, stride: stride)),
        NamedLayer(name: "bn1", BatchNorm2d(channelCount: outputs)), NamedLayer(ReLU()),
        NamedLayer(name: "conv2", convolution(outputs, outputs)),
        NamedLayer(name: "bn2", BatchNorm2d(channelCount: outputs)),
      ], shortcut: stride == 1 && inputs == outputs ? [] : shortcut)
  }
}
