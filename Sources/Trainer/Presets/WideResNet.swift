/// A wide residual network for small images, WRN-depth-width: a convolution of 3 x 3 with 16 channels, three stages of
/// (depth - 4) / 6 blocks with 16, 32 and 64 times `width` channels, normalisation, ReLU, the mean over all positions, and
/// a head. In a block normalisation and ReLU come before each convolution.
///
/// Where the number of channels changes, the shortcut is a convolution of 1 x 1 of what the block's first ReLU gives.
/// Names: conv1, layer1.0.bn1, layer1.0.conv1, layer1.0.bn2, layer1.0.conv2, layer1.0.shortcut.0, …, bn1, fc.
/// Source: S. Zagoruyko, N. Komodakis, "Wide residual networks", BMVC 2016, figure 1a and table 1.
package enum WideResNet: NetworkPreset {
  package static let name = "wide-resnet"
  package static let summary = "WRN-depth-width, --depth 6n + 4, --width times 16 channels"
  package static let defaults = PresetSize(input: .image(channels: 3, height: 32, width: 32), width: 2, depth: 16)

  private static let firstWidth = 16

  package static func network(_ size: PresetSize) throws -> NetworkDefinition {
    guard size.depth > 4, (size.depth - 4).isMultiple(of: 6) else {
      throw TrainerError(.malformedNetwork, "\(name) has a depth of 6n + 4 (10, 16, 22, …), not \(size.depth)")
    }
    var inputs = firstWidth
    var layers = [NamedLayer(name: "conv1", convolution(try size.channelCount(for: name), inputs))]
    for stage in 1...3 {
      let width = firstWidth * size.width << (stage - 1)
      for number in 0..<(size.depth - 4) / 6 {
        layers += block("layer\(stage).\(number)", inputs, width, stride: stage > 1 && number == 0 ? 2 : 1)
        inputs = width
      }
    }
    layers += [
      NamedLayer(name: "bn1", BatchNorm2d(channelCount: inputs)), NamedLayer(ReLU()), NamedLayer(GlobalAvgPool()),
      NamedLayer(name: "fc", Linear(inFeatures: inputs, outFeatures: size.classCount)),
    ]
    return try NetworkDefinition(input: size.input, layers: layers, head: "fc")
  }

  private static func block(_ name: String, _ inputs: Int, _ outputs: Int, stride: Int) -> [NamedLayer] {
    let first = [NamedLayer(name: "bn1", BatchNorm2d(channelCount: inputs)), NamedLayer(ReLU())]
    let rest = [
      NamedLayer(name: "conv1", convolution(inputs, outputs, stride: stride)),
      NamedLayer(name: "bn2", BatchNorm2d(channelCount: outputs)), NamedLayer(ReLU()),
      NamedLayer(name: "conv2", convolution(outputs, outputs)),
    ]
    guard stride != 1 || inputs != outputs else { return [NamedLayer(name: name, Residual(first + rest))] }
    // The shortcut reads what the first ReLU gives, so that stands before the block.
    let shortcut = NamedLayer(convolution(inputs, outputs, stride: stride, kernelSize: 1))
    return [
      NamedLayer(name: "\(name).bn1", BatchNorm2d(channelCount: inputs)), NamedLayer(ReLU()),
      NamedLayer(name: name, Residual(rest, shortcut: [shortcut])),
    ]
  }
}
