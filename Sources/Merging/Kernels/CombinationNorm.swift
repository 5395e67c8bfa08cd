/// ‖Σ cᵢvᵢ‖² by a pass of its own, element by element, where inner products would lose it in rounding.
///
/// - DType and accumulation: F64, in a fixed order: see `FixedOrderSum`; then cell by cell.
enum CombinationNorm {
  static func squared(
    _ models: [any TensorReader], base: (any TensorReader)?, coefficients: [Double], on executor: MergeExecutor
  ) throws -> Double {
    let cells = try TensorPass(models + (base.map { [$0] } ?? []), on: executor).perCell(0.0) { sum, block in
      let combined = block.result
      let origin = block.scratch(0)
      combined.update(repeating: 0, count: block.count)
      if base == nil {
        origin.update(repeating: 0, count: block.count)
      } else {
        origin.update(from: block.input(coefficients.count), count: block.count)
      }
      for (index, coefficient) in coefficients.enumerated() {
        let model = block.input(index)
        for i in 0..<block.count { combined[i] += coefficient * (model[i] - origin[i]) }
      }
      sum += FixedOrderSum.dot(combined, combined, count: block.count)
    }
    return cells.reduce(0, +)
  }
}
