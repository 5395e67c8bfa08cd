/// Fisher-weighted averaging: θ = Σ λᵢF̂ᵢθᵢ / Σ λᵢF̂ᵢ element by element, with F̂ᵢ = max(Fᵢ, floor) the diagonal of model i's
/// Fisher information and λᵢ its weight.
///
/// - Companions: `fisher`, one tensor of the same name and shape per tensor and model. A tensor for which no model has
///   one (a buffer, say) is averaged by weights; if only some have, that is an error.
/// - `normalize` divides λᵢ by ‖Fᵢ‖₂ over the whole model, so that a model does not dominate by the scale of its Fisher.
/// - Where all weights λᵢF̂ᵢ are 0 (with floor 0) the element is the average by λ.
/// - DType and accumulation: F64, in the order of the models; one rounding at the end. NaN and infinity propagate.
/// - Source: the paper below, equations 3 and 4; the floor is that of its code, for all models.
/// - Checked by: CompanionTests, against numpy.
package struct Fisher: MergeRecipe {
  package static let floor = MergeParameter(
    "floor", "the least Fisher information that counts", default: 1e-6, in: 0 ... .infinity)
  package static let normalizes = MergeParameter(
    "normalize", "divide each model's Fisher information by its norm over the model", default: false)
  static let companion = MergeCompanion(
    name: "fisher", summary: "the diagonal of the Fisher information, a tensor per tensor")

  package init() {}

  package var name: String { "fisher" }

  package var summary: String { "the average weighted by Fisher information: what matters to a model counts more" }

  package var paper: Paper? {
    Paper(
      title: "Merging Models with Fisher-Weighted Averaging", authors: "Matena and Raffel", venue: "NeurIPS 2022",
      arXiv: "2111.09832")
  }

  package var parameters: [ParameterSpec] {
    [MergeParameter.weight.spec, Fisher.floor.spec, Fisher.normalizes.spec]
  }

  package var companions: [MergeCompanion] { [Fisher.companion] }

  package func needsSurvey(_ parameters: ParameterValues) -> Bool { parameters[Fisher.normalizes] }

  private struct Survey: ModelSurvey {
    /// ‖F‖₂ by model index.
    let norms: [Int: Double]
  }

  package func survey(_ tensors: [MergeInput], on executor: MergeExecutor) throws -> any ModelSurvey {
    var squares: [Int: Double] = [:]
    for tensor in tensors {
      for model in tensor.models {
        guard let diagonal = try Fisher.companion.of(model, shape: tensor.shape) else { continue }
        let cells = try TensorPass([diagonal], on: executor).perCell(0.0) { sum, block in
          sum += FixedOrderSum.dot(block.input(0), block.input(0), count: block.count)
        }
        squares[model.index, default: 0] += cells.reduce(0, +)
      }
    }
    return Survey(norms: squares.mapValues { $0.squareRoot() })
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let models = input.models.filter { $0.weight != 0 }
    let diagonals = try models.map { try Fisher.companion.of($0, shape: input.shape) }
    if diagonals.allSatisfy({ $0 == nil }) { return try Weighted.mean(input) }
    let known = diagonals.compactMap(\.self)
    guard known.count == models.count else { throw Fisher.companion.missing(in: models) }
    let norms = (survey as? Survey)?.norms ?? [:]
    let scales = models.map { model in
      let norm = norms[model.index] ?? 1
      return norm > 0 ? model.weight / norm : model.weight
    }
    let kernel = Kernel(
      weights: models.map(\.weight), scales: scales, floor: input.parameters[Fisher.floor])
    return .combine(
      BlockCombination(readers: models.map(\.reader) + known, dtype: input.dtype, kernel: kernel))
  }

  /// Inputs: the models, then their diagonals.
  private struct Kernel: BlockKernel {
    let weights: [Double]
    let scales: [Double]
    let floor: Double

    func combine(_ block: MergeBlock) {
      let sum = block.result
      let divisor = block.scratch(0)
      let plain = block.scratch(1)
      for row in [sum, divisor, plain] { row.update(repeating: 0, count: block.count) }
      for index in weights.indices {
        let model = block.input(index)
        let diagonal = block.input(weights.count + index)
        let scale = scales[index]
        let weight = weights[index]
        for i in 0..<block.count {
          // Not `max`, which may drop NaN.
          let information = scale * (diagonal[i] < floor ? floor : diagonal[i])
          sum[i] += information * model[i]
          divisor[i] += information
          plain[i] += weight * model[i]
        }
      }
      let total = weights.reduce(0, +)
      for i in 0..<block.count { sum[i] = divisor[i] == 0 ? plain[i] / total : sum[i] / divisor[i] }
    }
  }
}
