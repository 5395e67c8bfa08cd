import Tensors

/// What one forward pass of a block leaves for the way back. Rows are tokens, packed.
struct BlockActivations: Sendable {
  /// [tokens, hidden]: what came in.
  let input: FloatBuffer
  let query: FloatBuffer
  let key: FloatBuffer
  let value: FloatBuffer
  /// [Σ heads · length²].
  let probabilities: FloatBuffer
  let context: FloatBuffer
  /// Before and after the normalisation that follows attention, with its means and inverse deviations, [tokens, 2].
  let attentionSum: FloatBuffer
  let attentionStatistics: FloatBuffer
  let attended: FloatBuffer
  /// [tokens, intermediate]: before the activation.
  let intermediate: FloatBuffer
  let outputSum: FloatBuffer
  let outputStatistics: FloatBuffer

  init(_ configuration: EncoderConfiguration, tokenCount: Int, pairCount: Int) {
    let hidden = { FloatBuffer(count: tokenCount * configuration.hiddenSize) }
    let statistics = { FloatBuffer(count: 2 * tokenCount) }
    input = hidden()
    query = hidden()
    key = hidden()
    value = hidden()
    probabilities = FloatBuffer(count: configuration.headCount * pairCount)
    context = hidden()
    attentionSum = hidden()
    attentionStatistics = statistics()
    attended = hidden()
    intermediate = FloatBuffer(count: tokenCount * configuration.intermediateSize)
    outputSum = hidden()
    outputStatistics = statistics()
  }
}

/// Gradients of one block at a time, of the whole batch. Rows are tokens, packed.
struct BlockGradients: Sendable {
  /// By the block's output on entry, by its input on return: [tokens, hidden].
  let hidden: FloatBuffer
  let query: FloatBuffer
  let key: FloatBuffer
  let value: FloatBuffer
  let context: FloatBuffer
  /// By what the two matrices before the sums gave.
  let attentionOutput: FloatBuffer
  let output: FloatBuffer
  /// [tokens, intermediate]: by what the first matrix gave; and what the activation made of that in the forward pass.
  let intermediate: FloatBuffer
  let activated: FloatBuffer

  init(_ configuration: EncoderConfiguration, tokenCount: Int) {
    let rows = { FloatBuffer(count: tokenCount * configuration.hiddenSize) }
    hidden = rows()
    query = rows()
    key = rows()
    value = rows()
    context = rows()
    attentionOutput = rows()
    output = rows()
    intermediate = FloatBuffer(count: tokenCount * configuration.intermediateSize)
    activated = FloatBuffer(count: tokenCount * configuration.intermediateSize)
  }
}

/// The memory of an encoder's passes: it grows with the largest batch.
///
/// `@unchecked Sendable`: groups of sequences write rows of their own, workers have memory of their own.
final class EncoderWorkspace: LayerWorkspace, @unchecked Sendable {
  /// What one thread needs for the group it works on.
  struct Worker: Sendable {
    /// Of the attention of one sequence.
    let scratch: FloatBuffer
    /// [longest group, intermediate].
    let wide: FloatBuffer
    /// Of evaluation: one block's activations, overwritten by the next block's.
    let block: BlockActivations?
    let output: FloatBuffer?
  }

  private let configuration: EncoderConfiguration
  private(set) var groups: [PackedTokens.Group] = []
  var tokens = PackedTokens.none
  private var capacity = (tokens: 0, pairs: 0)

  /// The sum of the tables' rows, [tokens, hidden], and its means and inverse deviations.
  private(set) var embedded = FloatBuffer(count: 0)
  private(set) var embeddingStatistics = FloatBuffer(count: 0)
  private(set) var blocks: [BlockActivations] = []
  /// What comes out of the last block.
  private(set) var hidden = FloatBuffer(count: 0)
  private(set) var gradients: BlockGradients
  /// [groups, 2, hidden]: sums of the gradients by a normalisation's scale and shift; two normalisations for a block.
  private(set) var normSums = [FloatBuffer(count: 0), FloatBuffer(count: 0)]
  private(set) var workers: [Worker] = []
  private var workerCapacity = (tokens: 0, pairs: 0, longest: 0)

  init(_ configuration: EncoderConfiguration) {
    self.configuration = configuration
    gradients = BlockGradients(configuration, tokenCount: 0)
  }

  /// Makes room for a batch.
  func prepare(_ tokens: PackedTokens, isTraining: Bool, threadCount: Int) {
    self.tokens = tokens
    groups = tokens.groups
    prepareWorkers(isTraining: isTraining, count: min(threadCount, max(1, groups.count)))
    guard isTraining else { return }
    let size = configuration.hiddenSize
    for index in normSums.indices where normSums[index].count < groups.count * 2 * size {
      normSums[index] = FloatBuffer(count: groups.count * 2 * size)
    }
    let pairCount = tokens.pairStarts.last ?? 0
    guard tokens.tokenCount > capacity.tokens || pairCount > capacity.pairs else { return }
    // What is too small is given back before more is asked for.
    let larger = { (needed: Int, now: Int) in needed > now ? needed + needed / 8 : now }
    capacity = (larger(tokens.tokenCount, capacity.tokens), larger(pairCount, capacity.pairs))
    (blocks, gradients) = ([], BlockGradients(configuration, tokenCount: 0))
    blocks = (0..<configuration.layerCount).map { _ in
      BlockActivations(configuration, tokenCount: capacity.tokens, pairCount: capacity.pairs)
    }
    gradients = BlockGradients(configuration, tokenCount: capacity.tokens)
    embedded = FloatBuffer(count: capacity.tokens * size)
    embeddingStatistics = FloatBuffer(count: 2 * capacity.tokens)
    hidden = FloatBuffer(count: capacity.tokens * size)
  }

  private func prepareWorkers(isTraining: Bool, count: Int) {
    let needed = groups.reduce((tokens: 0, pairs: 0, longest: 0)) {
      (max($0.tokens, $1.tokens.count), max($0.pairs, $1.pairs.count), max($0.longest, $1.longest))
    }
    let isEnough =
      needed.tokens <= workerCapacity.tokens && needed.pairs <= workerCapacity.pairs
      && needed.longest <= workerCapacity.longest
    guard !isEnough || workers.count < count else { return }
    workerCapacity = (
      max(needed.tokens, workerCapacity.tokens), max(needed.pairs, workerCapacity.pairs),
      max(needed.longest, workerCapacity.longest)
    )
    let capacity = workerCapacity
    workers = (0..<count).map { _ in
      Worker(
        scratch: FloatBuffer(count: SelfAttention.scratchCount(longest: capacity.longest)),
        wide: FloatBuffer(count: capacity.tokens * configuration.intermediateSize),
        block: isTraining
          ? nil : BlockActivations(configuration, tokenCount: capacity.tokens, pairCount: capacity.pairs),
        output: isTraining ? nil : FloatBuffer(count: capacity.tokens * configuration.hiddenSize))
    }
  }
}
