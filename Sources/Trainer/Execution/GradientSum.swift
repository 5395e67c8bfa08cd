/// The gradient of a batch, and its shards' gradients that it is the sum of.
///
/// Layers that work on the whole batch write their part of the sum themselves.
///
/// `@unchecked Sendable`: a slot belongs to one shard, and in `finish` an element to one thread.
final class GradientSum: @unchecked Sendable {
  private let network: Network
  private let slotCount: Int
  private let slots: FloatBuffer
  /// Where each operation's gradient begins in a slot.
  private let slotOffsets: [Int]
  private let slotLength: Int
  /// The parts of a slot that are trained and where they belong.
  private let trained: [(slotOffset: Int, offset: Int, count: Int)]
  /// What a layer of the whole batch writes though it is not trained.
  private let frozen: [Range<Int>]
  /// Zero for parameters that are not trained.
  let total: FloatBuffer

  init(_ network: Network, slotCount: Int, isTrained: (String) -> Bool) {
    var (slotOffsets, slotLength) = ([Int](), 0)
    var trained: [(slotOffset: Int, offset: Int, count: Int)] = []
    var frozen: [Range<Int>] = []
    for (operation, placement) in zip(network.operations, network.placements) {
      slotOffsets.append(slotLength)
      var offset = placement.parameterOffset
      for parameter in operation.parameters {
        let count = parameter.elementCount
        let slotOffset = slotLength + offset - placement.parameterOffset
        if !operation.takesWholeBatch, isTrained(parameter.name) {
          if let last = trained.last, last.slotOffset + last.count == slotOffset, last.offset + last.count == offset {
            trained[trained.count - 1].count += count
          } else {
            trained.append((slotOffset, offset, count))
          }
        } else if operation.takesWholeBatch, !isTrained(parameter.name) {
          frozen.append(offset..<offset + count)
        }
        offset += count
      }
      if !operation.takesWholeBatch { slotLength += placement.parameterCount }
    }
    self.network = network
    self.slotCount = slotCount
    self.slotOffsets = slotOffsets
    self.slotLength = slotLength
    self.trained = trained
    self.frozen = frozen
    slots = FloatBuffer(count: slotCount * slotLength)
    total = FloatBuffer(count: network.parameterCount)
  }

  /// Where a shard adds up the gradient of an operation's parameters.
  func gradient(of operation: Int, shard: Int) -> UnsafeMutablePointer<Float> {
    slots.start + shard * slotLength + slotOffsets[operation]
  }

  /// Where a layer of the whole batch writes its gradient.
  func total(of operation: Int) -> UnsafeMutablePointer<Float> {
    total.start + network.placements[operation].parameterOffset
  }

  func clear(_ shard: Int) { (slots.start + shard * slotLength).update(repeating: 0, count: slotLength) }

  /// total <- scale x (slot 0 + slot 1 + …), in that order for every element; threads share the elements out.
  func finish(slotCount: Int, scale: Float, _ work: ShardedWork, _ kernels: VectorKernels) {
    for range in frozen { (total.start + range.lowerBound).update(repeating: 0, count: range.count) }
    for part in trained {
      work.run(shardCount: (part.count + Self.blockSize - 1) / Self.blockSize) { _, block in
        let first = block * Self.blockSize
        let count = Int64(min(Self.blockSize, part.count - first))
        let sum = total.start + part.offset + first
        let values = slots.start + part.slotOffset + first
        sum.update(from: values, count: Int(count))
        for slot in 1..<max(1, slotCount) { kernels.c.add(count, sum, values + slot * slotLength, sum) }
        if scale != 1 { kernels.c.scale(count, scale, sum) }
      }
    }
  }

  /// Elements summed at a time: 16 KiB, so that the sums stay in the first cache.
  private static let blockSize = 4096
}
