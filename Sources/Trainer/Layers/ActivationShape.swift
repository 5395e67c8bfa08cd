/// The shape of one sample between two layers, in PyTorch's order of dimensions.
///
/// In memory an image lies height, width, channels: a window's row is then one run of floats.
package enum ActivationShape: Sendable, Equatable, CustomStringConvertible {
  case image(channels: Int, height: Int, width: Int)
  case features(Int)

  package var elementCount: Int {
    switch self {
    case .image(let channels, let height, let width): channels * height * width
    case .features(let count): count
    }
  }

  /// [channels, height, width] or [features].
  package var dimensions: [Int] {
    switch self {
    case .image(let channels, let height, let width): [channels, height, width]
    case .features(let count): [count]
    }
  }

  package var description: String { "\(dimensions)" }
}
