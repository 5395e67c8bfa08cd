/// The gradients of a batch's shards and their sum.
///
/// `@unchecked Sendable`: a slot belongs to one shard, and in `finish` an element to one thread.
final class GradientSum: @unchecked Sendable {
  private let parameterCount: Int
  private let slots: FloatBuffer
  private let trainedRanges: [Range<Int>]
  /// Zero for parameters that are not trained.
  let total: FloatBuffer

  init(_ network: Network, slotCount: Int, isTrained: (String) -> Bool) {
    parameterCount = network.parameterCount
    slots = FloatBuffer(count: slotCount * network.parameterCount)
    total = FloatBuffer(count: network.parameterCount)
    trainedRanges = network.trainedRanges(where: isTrained)
  }

  func slot(_ shard: Int) -> UnsafeMutablePointer<Float> { slots.start + shard * parameterCount }

  func clear(_ shard: Int) { slot(shard).update(repeating: 0, count: parameterCount) }

  /// total <- scale x (slot 0 + slot 1 + …), in that order for every element; threads share the elements out.
  func finish(slotCount: Int, scale: Float, _ work: ShardedWork) {
    for range in trainedRanges {
      work.run(shardCount: (range.count + Self.blockSize - 1) / Self.blockSize) { _, block in
        let first = range.lowerBound + block * Self.blockSize
        let elementCount = min(Self.blockSize, range.upperBound - first)
        let sum = total.start + first
        sum.update(from: slots.start + first, count: elementCount)
        for slot in 1..<max(1, slotCount) {
          let values = slots.start + slot * parameterCount + first
          for index in 0..<elementCount { sum[index] += values[index] }
        }
        if scale != 1 { for index in 0..<elementCount { sum[index] *= scale } }
      }
    }
  }

  /// Elements summed at a time: 16 KiB, so that the sums stay in the first cache.
  private static let blockSize = 4096
}
