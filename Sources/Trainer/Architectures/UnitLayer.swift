/// A step of a network, as far as it matters for the order of its units: their outputs may be reordered if what follows
/// is reordered with them.
package enum UnitLayer: Hashable, Sendable {
  case linear(name: String)
  case convolution(name: String)
  /// One weight and bias per channel.
  case normalization(name: String)
  /// The pixels of a channel become consecutive inputs.
  case flatten(pixelCount: Int)
}

extension NetworkDefinition {
  /// The steps that matter, one after the other.
  ///
  /// - Throws: `TrainerError.malformedNetwork` for a network whose units cannot be reordered one layer at a time: with
  ///   residual blocks, or layers that mix channels in groups.
  package func unitLayers() throws -> [UnitLayer] {
    try chain.operations.compactMap { operation -> UnitLayer? in
      guard let layer = operation.layer else {
        throw TrainerError(.malformedNetwork, "a residual block adds units of two layers, which must keep one order")
      }
      let name = operation.name
      switch layer {
      case is Linear: return .linear(name: name)
      case let convolution as Conv2d where convolution.groupCount == 1: return .convolution(name: name)
      case is BatchNorm2d, is LayerNorm: return .normalization(name: name)
      case is Flatten:
        let pixelCount = if case .image = operation.inputShape { operation.inputShape.positionCount } else { 1 }
        return .flatten(pixelCount: pixelCount)
      default:
        guard operation.parameters.isEmpty else {
          throw TrainerError(
            .malformedNetwork, "the units of '\(name)' (\(type(of: layer).typeName)) cannot be reordered one by one")
        }
        return nil
      }
    }
  }
}
