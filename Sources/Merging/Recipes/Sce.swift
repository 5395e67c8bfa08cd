import Tensors

/// SCE: select the elements on which the models differ most, calculate each model's weight from the energy of its
/// selected changes, erase changes against the elected sign.
///
/// 1. `select-topk` < 1: of the m elements whose changes vary between models, the ⌊m·select-topk⌋ of largest variance are
///    kept, the other changes are 0. 2. wᵢ = mean(δᵢ²) / Σⱼ mean(δⱼ²). 3. s = +1 if Σ δᵢ ≥ 0, else −1; changes of
///    the other sign are erased. 4. θ = θ₀ + Σ wᵢδᵢ / Σ wᵢ over those that are left.
///
/// - Ties: by order of elements. Standard deviations are compared as F32.
/// - Departure: where mergekit gives all models the same weight if Σ mean(δ²) < 1e-6, which is so for most fine-tuned
///   models, and divides by at least 1e-6, only 0 is special here.
/// - DType and accumulation: F64, in the order of the models; one rounding at the end. NaN and infinity propagate.
/// - Source: the paper below, section 3.2.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct Sce: MergeRecipe {
  package static let selected = MergeParameter<Double>(
    "select-topk", "how much of the elements that vary is kept", default: 1, in: 0...1, mergekitKey: "select_topk")

  package init() {}

  package var name: String { "sce" }

  package var summary: String { "keep what varies most, weight models by the energy of their changes, elect signs" }

  package var paper: Paper? {
    Paper(
      title: "FuseChat: Knowledge Fusion of Chat Models", authors: "Wan et al.", venue: "2024", arXiv: "2408.07990")
  }

  package var parameters: [ParameterSpec] { [Sce.selected.spec] }

  package var base: BaseUse { .required }

  package var mergekit: MergekitMethod? { MergekitMethod("sce", ignoredKeys: ["int8_mask"]) }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let readers = input.models.map(\.reader)
    let selection = try select(readers, base, share: input.parameters[Sce.selected], on: executor)
    if case .allOut = selection.ties, selection.threshold == .max { return .take(.base) }
    let energies = try energies(readers, base, selection, on: executor)
    let total = energies.reduce(0, +)
    let weights = energies.map { total == 0 ? 1 / Double(readers.count) : $0 / total }
    return .combine(
      Combination(readers: readers, base: base, selection: selection, weights: weights, dtype: input.dtype))
  }

  private func select(
    _ readers: [any TensorReader], _ base: any TensorReader, share: Double, on executor: MergeExecutor
  ) throws -> TopSelection {
    if share >= 1 { return .everything }
    let pass = TensorPass(readers + [base], on: executor)
    let varying = try pass.tally({ 0 }, merge: { $0 += $1 }) { count, block in
      Sce.writeDeviations(block, modelCount: readers.count)
      for i in 0..<block.count where block.result[i] != 0 { count += 1 }
    }
    let wanted = Int(Double(varying) * share)
    if wanted == 0 { return .nothing }
    if wanted >= pass.elementCount { return .everything }
    let source = RankSelection.Source(pass: pass) { block, _ in
      Sce.writeDeviations(block, modelCount: readers.count)
    }
    return try RankSelection(sources: [source], ranks: [[wanted]]).select()[0][0][0]
  }

  /// Writes the standard deviation of the changes into `block.result`, and as a key into `block.keys`. The base does
  /// not matter to it.
  private static func writeDeviations(_ block: MergeBlock, modelCount: Int) {
    let mean = block.scratch(0)
    let base = block.input(modelCount)
    let result = block.result
    mean.update(repeating: 0, count: block.count)
    result.update(repeating: 0, count: block.count)
    for index in 0..<modelCount {
      let model = block.input(index)
      for i in 0..<block.count { mean[i] += model[i] - base[i] }
    }
    let count = Double(modelCount)
    for i in 0..<block.count { mean[i] /= count }
    for index in 0..<modelCount {
      let model = block.input(index)
      for i in 0..<block.count {
        let distance = (model[i] - base[i]) - mean[i]
        result[i] += distance * distance
      }
    }
    for i in 0..<block.count {
      result[i] = (result[i] / count).squareRoot()
      block.keys[i] = Float(result[i]).magnitude.bitPattern
    }
  }

  /// Σ δ² of the selected changes, model by model.
  private func energies(
    _ readers: [any TensorReader], _ base: any TensorReader, _ selection: TopSelection, on executor: MergeExecutor
  ) throws -> [Double] {
    struct Partial {
      var sums: [Double]
      var cursor: TopSelection.Cursor?
    }
    let zeros = [Double](repeating: 0, count: readers.count)
    let cells = try TensorPass(readers + [base], on: executor).perCell(Partial(sums: zeros)) { partial, block in
      var cursor = partial.cursor ?? TopSelection.Cursor(selection, start: block.start, tiesInCell: 0)
      Sce.writeDeviations(block, modelCount: readers.count)
      let multipliers = block.scratch(0)
      multipliers.update(repeating: 1, count: block.count)
      cursor.apply(block.keys, count: block.count, to: multipliers)
      partial.cursor = cursor
      let base = block.input(readers.count)
      for index in readers.indices {
        let model = block.input(index)
        for i in 0..<block.count { model[i] = (model[i] - base[i]) * multipliers[i] }
        partial.sums[index] += FixedOrderSum.dot(model, model, count: block.count)
      }
    }
    return readers.indices.map { index in cells.reduce(0) { $0 + $1.sums[index] } }
  }

  private struct Combination: TensorCombination {
    let readers: [any TensorReader]
    let base: any TensorReader
    let selection: TopSelection
    let weights: [Double]
    let dtype: DType

    func combine(elements: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
      let blocks = BlockMerge(readers: readers + [base], dtype: dtype)
      let cellStart = elements.lowerBound / StatisticsGrid.cellElementCount * StatisticsGrid.cellElementCount
      var ties = 0
      if selection.countsTies {
        try blocks.visit(cellStart..<elements.lowerBound) { block in
          Sce.writeDeviations(block, modelCount: readers.count)
          ties += FloatKernels.best.count_equal(block.keys, block.count, selection.threshold)
        }
      }
      var cursor = TopSelection.Cursor(selection, start: elements.lowerBound, tiesInCell: ties)
      try blocks.combine(elements: elements, into: buffer) { block in
        Sce.writeDeviations(block, modelCount: readers.count)
        let multipliers = block.scratch(0)
        multipliers.update(repeating: 1, count: block.count)
        cursor.apply(block.keys, count: block.count, to: multipliers)
        fuse(block, multipliers)
      }
    }

    private func fuse(_ block: MergeBlock, _ multipliers: UnsafeMutablePointer<Double>) {
      let base = block.input(readers.count)
      let sum = block.result
      sum.update(repeating: 0, count: block.count)
      for index in readers.indices {
        let model = block.input(index)
        for i in 0..<block.count {
          model[i] = (model[i] - base[i]) * multipliers[i]
          sum[i] += model[i]
        }
      }
      let mix = block.scratch(0)
      let divisor = block.scratch(1)
      mix.update(repeating: 0, count: block.count)
      divisor.update(repeating: 0, count: block.count)
      for (index, weight) in weights.enumerated() {
        let change = block.input(index)
        for i in 0..<block.count {
          let along = sum[i] >= 0 ? change[i] : -change[i]
          mix[i] += along > 0 ? weight * change[i] : 0
          divisor[i] += along > 0 ? weight : 0
        }
      }
      FloatKernels.best.take_mean(sum, mix, divisor, block.count)
      FloatKernels.best.add_to_base(sum, base, 1, block.count)
    }
  }
}
