import Tensors

/// Sums over each vector of a layout.
///
/// - Determinism: the elements of one vector are added in their order. Where vectors are interleaved (columns), groups
///   of rows, whose number depends on the shape alone, are added first, then the groups in order.
struct VectorSums {
  let layout: VectorLayout
  /// Sums per vector.
  let valueCount: Int

  /// - Parameters:
  ///   - body: adds `count` elements of one vector, at `offset` in the block, to that vector's sums.
  ///   - prepare: changes a block before `body` sees it.
  /// - Returns: `valueCount` sums per vector, vector by vector.
  func compute(
    _ readers: [any TensorReader], on executor: MergeExecutor,
    _ body: (MergeBlock, _ offset: Int, _ count: Int, UnsafeMutablePointer<Double>) -> Void,
    prepare: (MergeBlock) -> Void
  ) throws -> [Double] {
    let elementCount = readers.first?.shape.elementCount ?? 0
    let period = layout.inner * layout.count
    guard elementCount > 0, period > 0 else { return [Double](repeating: 0, count: layout.count * valueCount) }
    let blocks = BlockMerge(readers: readers, dtype: .f64)
    if layout.isContiguous(elementCount: elementCount) {
      return try contiguous(blocks, on: executor, body, prepare: prepare)
    }
    // Interleaved: each group of rows has sums of its own.
    let rowCount = elementCount / period
    let affordable = (2 << 20) / max(1, layout.count * valueCount)
    let groupCount = max(1, min(rowCount, affordable, 16))
    let groups = try executor.map(count: groupCount) { group in
      let rows = rowCount * group / groupCount..<rowCount * (group + 1) / groupCount
      return try sums(blocks, elements: rows.lowerBound * period..<rows.upperBound * period, body, prepare: prepare)
    }
    var total = groups[0]
    for group in groups.dropFirst() {
      for index in total.indices { total[index] += group[index] }
    }
    return total
  }

  private func contiguous(
    _ blocks: BlockMerge, on executor: MergeExecutor,
    _ body: (MergeBlock, Int, Int, UnsafeMutablePointer<Double>) -> Void, prepare: (MergeBlock) -> Void
  ) throws -> [Double] {
    let perGroup = max(1, StatisticsGrid.cellElementCount / layout.inner)
    let groupCount = (layout.count + perGroup - 1) / perGroup
    let groups = try executor.map(count: groupCount) { group in
      let first = group * perGroup
      let vectors = min(perGroup, layout.count - first)
      var sums = [Double](repeating: 0, count: vectors * valueCount)
      let elements = first * layout.inner..<(first + vectors) * layout.inner
      try sums.withUnsafeMutableBufferPointer { sums in
        guard let sums = sums.baseAddress else { return }
        try visit(blocks, elements) { block in
          prepare(block)
          layout.forEachRun(start: block.start, count: block.count) { vector, offset, count in
            body(block, offset, count, sums + (vector - first) * valueCount)
          }
        }
      }
      return sums
    }
    return Array(groups.joined())
  }

  private func sums(
    _ blocks: BlockMerge, elements: Range<Int>, _ body: (MergeBlock, Int, Int, UnsafeMutablePointer<Double>) -> Void,
    prepare: (MergeBlock) -> Void
  ) throws -> [Double] {
    var sums = [Double](repeating: 0, count: layout.count * valueCount)
    try sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      try visit(blocks, elements) { block in
        prepare(block)
        layout.forEachRun(start: block.start, count: block.count) { vector, offset, count in
          body(block, offset, count, sums + vector * valueCount)
        }
      }
    }
    return sums
  }

  /// Long ranges in pieces, so that memory stays bounded.
  private func visit(_ blocks: BlockMerge, _ elements: Range<Int>, _ body: (MergeBlock) -> Void) throws {
    let piece = StatisticsGrid.cellElementCount
    for start in stride(from: elements.lowerBound, to: elements.upperBound, by: piece) {
      try blocks.visit(start..<min(elements.upperBound, start + piece), body)
    }
  }
}
