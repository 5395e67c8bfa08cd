/// A well-known network that `wgit network new` writes. Adding one is one file in `Presets` with its test and one line in
/// `NetworkPresetRegistry`.
///
/// Parameters have readable names, so that patterns such as `conv*` say something; PyTorch's twin is an `nn.Sequential`
/// of an `OrderedDict` with the same names, or torchvision's module.
package protocol NetworkPreset: Sendable {
  /// What a user types.
  static var name: String { get }

  /// One line on what it is.
  static var summary: String { get }

  static var defaults: PresetSize { get }

  /// - Throws: `TrainerError` with code `malformedNetwork` for a size it cannot have, or `shapeMismatch` for an input that
  ///   does not fit.
  static func network(_ size: PresetSize) throws -> NetworkDefinition
}

extension NetworkPreset {
  /// The network of a size, whatever its numbers are.
  ///
  /// - Throws: `TrainerError`.
  package static func checked(_ size: PresetSize) throws -> NetworkDefinition {
    try size.check()
    return try network(size)
  }

  /// A convolution without bias whose output is as large as its input, or that divided by the stride.
  static func convolution(_ inputs: Int, _ outputs: Int, stride: Int = 1, kernelSize: Int = 3) -> Conv2d {
    Conv2d(
      inChannels: inputs, outChannels: outputs, kernelSize: kernelSize, stride: stride, padding: kernelSize / 2,
      hasBias: false)
  }
}

/// What may be chosen about a preset. What width and depth count is the preset's to say.
package struct PresetSize: Sendable, Equatable {
  package var input: ActivationShape
  package var classCount: Int
  package var width: Int
  package var depth: Int

  package init(input: ActivationShape, classCount: Int = 10, width: Int, depth: Int) {
    self.input = input
    self.classCount = classCount
    self.width = width
    self.depth = depth
  }

  /// The channels of an image.
  func channelCount(for preset: String) throws -> Int {
    guard case .image(let channels, _, _) = input else {
      throw TrainerError(.shapeMismatch, "\(preset) takes images, [channels, height, width], not \(input)")
    }
    return channels
  }

  /// Refuses sizes that no network of any kind has, before anything is multiplied.
  fileprivate func check() throws {
    _ = try LayerChain(input: input, layers: [])
    for (what, value, limit) in [
      ("classes", classCount, LayerLimits.features), ("width", width, LayerLimits.channels),
      ("depth", depth, LayerLimits.layers),
    ] where !(1...limit).contains(value) {
      throw TrainerError(.malformedNetwork, "\(what) \(value) is not between 1 and \(limit)")
    }
  }
}
