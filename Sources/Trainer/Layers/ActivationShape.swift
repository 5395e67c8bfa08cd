/// The shape of one sample between two layers, in PyTorch's order of dimensions.
///
/// In memory a sample lies position after position, each with all its channels: an image as height, width, channels, so
/// that a window's row is one run of floats; a sequence as PyTorch has it.
package enum ActivationShape: Sendable, Equatable, CustomStringConvertible {
  case image(channels: Int, height: Int, width: Int)
  case sequence(length: Int, features: Int)
  case features(Int)
  /// A text as an encoder takes it: how many tokens there are, the ids of up to `limit` tokens and as many types.
  case tokens(limit: Int)

  package var elementCount: Int { positionCount * channelCount }

  /// Height x width, the length of a sequence, or 1.
  package var positionCount: Int {
    switch self {
    case .image(_, let height, let width): height * width
    case .sequence(let length, _): length
    case .features, .tokens: 1
    }
  }

  /// Channels, or features at each position.
  package var channelCount: Int {
    switch self {
    case .image(let channels, _, _): channels
    case .sequence(_, let features): features
    case .features(let count): count
    case .tokens(let limit): 1 + 2 * limit
    }
  }

  /// [channels, height, width], [length, features] or [features].
  package var dimensions: [Int] {
    switch self {
    case .image(let channels, let height, let width): [channels, height, width]
    case .sequence(let length, let features): [length, features]
    case .features(let count): [count]
    case .tokens(let limit): [1 + 2 * limit]
    }
  }

  package var description: String {
    if case .tokens = self { "of texts" } else { "\(dimensions)" }
  }
}
