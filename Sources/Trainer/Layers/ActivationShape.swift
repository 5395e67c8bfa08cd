/// The shape of one sample between two layers, in PyTorch's order of dimensions.
///
/// In memory a sample lies position after position, each with all its channels: an image as height, width, channels, so
/// that a window's row is one run of floats; a sequence as PyTorch has it.
package enum ActivationShape: Sendable, Equatable, CustomStringConvertible {
  case image(channels: Int, height: Int, width: Int)
  case sequence(length: Int, features: Int)
  case features(Int)

  package var elementCount: Int { positionCount * channelCount }

  /// Height x width, the length of a sequence, or 1.
  package var positionCount: Int {
    switch self {
    case .image(_, let height, let width): height * width
    case .sequence(let length, _): length
    case .features: 1
    }
  }

  /// Channels, or features at each position.
  package var channelCount: Int {
    switch self {
    case .image(let channels, _, _): channels
    case .sequence(_, let features): features
    case .features(let count): count
    }
  }

  /// [channels, height, width], [length, features] or [features].
  package var dimensions: [Int] {
    switch self {
    case .image(let channels, let height, let width): [channels, height, width]
    case .sequence(let length, let features): [length, features]
    case .features(let count): [count]
    }
  }

  package var description: String { "\(dimensions)" }
}
