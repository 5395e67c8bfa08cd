/// How a batch is cut, as a function of its size and the network alone: never of the number of threads.
///
/// A slice is what goes through layers together: few samples, so that they stay in the cache. A shard is a run of slices
/// that one thread works off in order; sums over a batch are made shard by shard, then over the shards in their order.
struct BatchShards: Sendable, Equatable {
  let sampleCount: Int
  let sliceSize: Int
  private let shardLimit: Int

  /// More threads than this find nothing to do in a training step. Another number gives other bits.
  private static let shardLimit = 16
  /// Floats that all shards' gradients should take together, and how many shards there are even if they take more.
  private static let (gradientFloats, fewShards) = (1 << 22, 8)
  /// Floats that all shards' gradients may take together.
  private static let gradientLimit = 1 << 27
  /// Floats between two layers, and samples, of a slice.
  private static let (sliceFloats, sliceLimit) = (1 << 19, 32)

  init(sampleCount: Int, network: Network) {
    self.sampleCount = sampleCount
    let largest = network.operations.map(\.outputShape.elementCount).max() ?? 1
    sliceSize = max(1, min(Self.sliceLimit, Self.sliceFloats / max(1, 2 * largest)))
    let parameterCount = max(1, network.slicedParameterCount)
    let wanted = min(Self.shardLimit, max(Self.fewShards, Self.gradientFloats / parameterCount))
    shardLimit = max(1, min(wanted, Self.gradientLimit / parameterCount))
  }

  private init(sampleCount: Int, like other: BatchShards) {
    self.sampleCount = sampleCount
    sliceSize = other.sliceSize
    shardLimit = other.shardLimit
  }

  /// A batch of another size through the same network.
  func resized(_ sampleCount: Int) -> BatchShards { BatchShards(sampleCount: sampleCount, like: self) }

  var sliceCount: Int { (sampleCount + sliceSize - 1) / sliceSize }
  var shardCount: Int { min(sliceCount, shardLimit) }

  func slices(ofShard shard: Int) -> Range<Int> {
    shard * sliceCount / shardCount..<(shard + 1) * sliceCount / shardCount
  }

  func samples(ofSlice slice: Int) -> Range<Int> {
    slice * sliceSize..<min((slice + 1) * sliceSize, sampleCount)
  }
}
