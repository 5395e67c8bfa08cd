import Tensors

/// One model's change, thinned out and weighted: Dᵢ = wᵢ sᵢ mᵢ (θᵢ − θ₀), with mask mᵢ and scale sᵢ.
struct TaskVector: Sendable {
  let reader: any TensorReader
  let weight: Double
  let mask: TaskVectorMask
  var scale = 1.0
}

/// θ = θ₀ + λ · mix(D₁ … D_N), where mix is the sum, or the sum of those whose sign agrees with the elected one.
///
/// Election (TIES): s = +1 if Σ Dᵢ ≥ 0, else −1; only Dᵢ of that sign count. With `normalizes` the sum is divided by
/// Σ wᵢ: over those that count where there was an election, by 1 if it is 0; over all otherwise, by 1 if it is closer
/// to 0 than 1e-8.
///
/// - DType and accumulation: F64, in the order of the models; one rounding at the end.
/// - NaN and infinity: propagate; what a mask drops is multiplied by 0, so they do even there.
/// - Source: the papers of the recipes that use it.
struct TaskVectorCombination: TensorCombination {
  let base: any TensorReader
  let vectors: [TaskVector]
  let elects: Bool
  let normalizes: Bool
  let lambda: Double
  let dtype: DType

  func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    var cursors = try vectors.map { try $0.mask.cursor(from: elements, model: $0.reader, base: base) }
    let blocks = BlockMerge(readers: vectors.map(\.reader) + [base], dtype: dtype)
    try blocks.combine(elements: elements, into: buffer) { block in
      let base = block.input(vectors.count)
      let multipliers = block.scratch(0)
      let sum = block.result
      sum.update(repeating: -0.0, count: block.count)
      for (index, vector) in vectors.enumerated() {
        let model = block.input(index)
        let factor = vector.weight * vector.scale
        try cursors[index].fill(multipliers, block, model: index, base: vectors.count)
        FloatKernels.best.weigh_change(model, base, multipliers, factor, sum, block.count)
      }
      if elects { elect(block) } else { divide(block) }
      FloatKernels.best.add_to_base(sum, base, lambda, block.count)
    }
  }

  private func divide(_ block: MergeBlock) {
    let total = vectors.reduce(0) { $0 + $1.weight }
    guard normalizes, abs(total) >= 1e-8 else { return }
    FloatKernels.best.divide(block.result, total, block.count)
  }

  /// Turns the sum of all into the mean of those that agree with its sign.
  private func elect(_ block: MergeBlock) {
    let sum = block.result
    let mix = block.scratch(0)
    let divisor = block.scratch(1)
    mix.update(repeating: 0, count: block.count)
    divisor.update(repeating: 0, count: block.count)
    for (index, vector) in vectors.enumerated() {
      FloatKernels.best.agree(block.input(index), sum, vector.weight, mix, divisor, block.count)
    }
    if !normalizes { divisor.update(repeating: 1, count: block.count) }
    FloatKernels.best.take_mean(sum, mix, divisor, block.count)
  }
}
