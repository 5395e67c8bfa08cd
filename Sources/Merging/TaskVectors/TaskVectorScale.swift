/// Scales thinned-out changes to the L1 norm that they had: s = Σ|δ| / Σ|m δ| over the tensor, 1 if nothing is left.
///
/// - DType and accumulation: F64, in a fixed order: see `FixedOrderSum`; then cell by cell.
enum TaskVectorScale {
  private struct Partial {
    var before: [Double]
    var kept: [Double]
    var cursors: [TaskVectorMaskCursor] = []
  }

  static func match(_ vectors: inout [TaskVector], base: any TensorReader, on executor: MergeExecutor) throws {
    let count = vectors.count
    let readers = vectors.map(\.reader)
    let masks = vectors.map(\.mask)
    let zeros = [Double](repeating: 0, count: count)
    let cells = try TensorPass(readers + [base], on: executor).perCell(Partial(before: zeros, kept: zeros)) {
      partial, block in
      if partial.cursors.isEmpty {
        let end = min(block.start + StatisticsGrid.cellElementCount, base.shape.elementCount)
        partial.cursors = try masks.indices.map {
          try masks[$0].cursor(from: block.start..<end, model: readers[$0], base: base)
        }
      }
      let multipliers = block.scratch(0)
      let base = block.input(count)
      for index in 0..<count {
        try partial.cursors[index].fill(multipliers, block, model: index, base: count)
        let change = block.input(index)
        for i in 0..<block.count { change[i] -= base[i] }
        partial.before[index] += FixedOrderSum.magnitude(change, count: block.count)
        for i in 0..<block.count { change[i] *= multipliers[i] }
        partial.kept[index] += FixedOrderSum.magnitude(change, count: block.count)
      }
    }
    for index in 0..<count {
      let before = cells.reduce(0) { $0 + $1.before[index] }
      let kept = cells.reduce(0) { $0 + $1.kept[index] }
      if kept > 0, before.isFinite { vectors[index].scale = before / kept }
    }
  }
}
