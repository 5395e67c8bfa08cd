import Tensors

/// The masks of one training step, one for each place of an encoder where dropout applies.
///
/// Determinism: a mask is a function of the step's random numbers, the place and the element's number in the batch.
struct EncoderDropout: Sendable {
  private let random: CounterRandom?
  private let hidden: Double
  private let attention: Double

  /// - Parameter random: nil leaves everything as it is.
  init(_ configuration: EncoderConfiguration, random: CounterRandom?) {
    self.random = random
    hidden = configuration.hiddenDropout
    attention = configuration.attentionDropout
  }

  enum Place {
    /// After the normalised sum of the tables.
    case embeddings
    /// The probabilities of a block.
    case probabilities(block: Int)
    /// What attention gives a block, before it is added.
    case attentionOutput(block: Int)
    /// What the second matrix gives a block, before it is added.
    case output(block: Int)

    fileprivate var number: UInt64 {
      switch self {
      case .embeddings: 0
      case .probabilities(let block): UInt64(3 * block + 1)
      case .attentionOutput(let block): UInt64(3 * block + 2)
      case .output(let block): UInt64(3 * block + 3)
      }
    }
  }

  /// nil where nothing is dropped.
  func mask(_ place: Place) -> DropoutMask? {
    let probability = if case .probabilities = place { attention } else { hidden }
    guard let random, probability > 0 else { return nil }
    return DropoutMask(
      probability: probability, random: CounterRandom(seed: random.bits(at: place.number), stream: place.number))
  }
}
