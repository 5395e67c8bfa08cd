/// Memory of one purpose: its size, and from when to when it is needed.
struct MemoryBlock: Sendable {
  /// Floats for one sample.
  let elementCount: Int
  private(set) var first: Int
  private(set) var last: Int
  /// Whether the block is one for all samples of a batch, because an operation works on all of them at once.
  var holdsWholeBatch = false

  init(elementCount: Int, time: Int) {
    self.elementCount = elementCount
    first = time
    last = time
  }

  mutating func use(at time: Int) {
    first = min(first, time)
    last = max(last, time)
  }

  /// Gives every block a place such that blocks needed at the same time do not overlap: the largest first, each as low as
  /// it fits.
  ///
  /// Blocks of whole batches have no place here.
  ///
  /// - Returns: the floats before each block, and of the whole. Blocks begin at multiples of 64 bytes.
  static func place(_ blocks: [MemoryBlock], sampleCount: Int) -> (offsets: [Int], floatCount: Int) {
    let sizes = blocks.map { $0.holdsWholeBatch ? 0 : ($0.elementCount * sampleCount + 15) / 16 * 16 }
    let order = blocks.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    var offsets = Array(repeating: 0, count: blocks.count)
    var placed: [Int] = []
    var floatCount = 0
    for index in order where sizes[index] > 0 {
      let block = blocks[index]
      let neighbours = placed.filter { blocks[$0].first <= block.last && block.first <= blocks[$0].last }
      var offset = 0
      for other in neighbours.sorted(by: { offsets[$0] < offsets[$1] }) {
        if offset + sizes[index] <= offsets[other] { break }
        offset = max(offset, offsets[other] + sizes[other])
      }
      offsets[index] = offset
      placed.append(index)
      floatCount = max(floatCount, offset + sizes[index])
    }
    return (offsets, floatCount)
  }
}
