import Tensors

/// Keeps elements of a change with a chance that grows with their rank by magnitude in their row, from
/// density − ε for the smallest to density + ε for the largest.
///
/// - Rows: what belongs to one index of the first axis, so that of a matrix or of a convolution it is what leads to one
///   output. A tensor of one axis is one row. In a row of one element the chance is the density.
/// - Ties: of equal magnitudes the first has the highest rank.
/// - Cost: sorts every row by radix. Ranks of rows beyond a million elements are kept, 4 bytes per element.
struct RankedMask: Sendable {
  let model: any TensorReader
  let base: any TensorReader
  let layout: VectorLayout
  let density: Double
  let epsilon: Double
  let random: CounterRandom
  /// Whether what is kept is divided by its chance.
  let dividesByChance: Bool
  /// Ranks of all elements, where rows are so long that they must not be sorted again and again.
  private let ranks: [UInt32]?

  private static let longRow = 1 << 20

  init(
    model: any TensorReader, base: any TensorReader, density: Double, epsilon: Double, random: CounterRandom,
    dividesByChance: Bool
  ) throws {
    self.model = model
    self.base = base
    layout = .filters(model.shape)
    self.density = density
    self.epsilon = epsilon
    self.random = random
    self.dividesByChance = dividesByChance
    if layout.inner > RankedMask.longRow {
      var ranks: [UInt32] = []
      for row in 0..<layout.count { ranks += try RankedMask.ranks(row, layout, model, base) }
      self.ranks = ranks
    } else {
      ranks = nil
    }
  }

  /// The factor of each of these elements.
  func multipliers(_ elements: Range<Int>) throws -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(elements.count)
    let length = layout.inner
    for row in elements.lowerBound / length...(elements.upperBound - 1) / length {
      let range = (row * length..<(row + 1) * length).clamped(to: elements)
      let ofRow = try ranks == nil ? RankedMask.ranks(row, layout, model, base) : []
      for position in range {
        let rank = ranks?[position] ?? ofRow[position - row * length]
        let chance = chance(rank: Int(rank), of: length)
        let isKept = random.uniform(at: UInt64(position)) < chance
        result.append(isKept ? (dividesByChance ? 1 / chance : 1) : 0)
      }
    }
    return result
  }

  private func chance(rank: Int, of count: Int) -> Double {
    guard count > 1 else { return density }
    return (density - epsilon) + Double(rank) / Double(count - 1) * 2 * epsilon
  }

  /// The ranks of a row's elements from 0 for the smallest.
  private static func ranks(
    _ row: Int, _ layout: VectorLayout, _ model: any TensorReader, _ base: any TensorReader
  ) throws -> [UInt32] {
    let magnitudes = MagnitudeKeys(model, base)
    var keys: [UInt32] = []
    keys.reserveCapacity(layout.inner)
    let blocks = BlockMerge(readers: [model, base], dtype: .f64)
    let end = (row + 1) * layout.inner
    for start in stride(from: row * layout.inner, to: end, by: StatisticsGrid.cellElementCount) {
      try blocks.visit(start..<min(end, start + StatisticsGrid.cellElementCount), decodes: false) { block in
        try magnitudes.write(block, model: 0, base: 1, isDecoded: false)
        keys.append(contentsOf: UnsafeBufferPointer(start: block.keys, count: block.count))
      }
    }
    return RadixOrder.ascendingRanks(keys)
  }
}
