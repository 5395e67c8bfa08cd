/// EMR: elect one change for all models, mask it for each, rescale.
///
/// Per element: unified = sign(Σ δᵢ) · max |δᵢ| over those that agree with the sign. Per model: maskᵢ = δᵢ·unified > 0,
/// rᵢ = Σ|δᵢ| / Σ|maskᵢ·unified| over the whole model. The result is θ₀ + unified, or with `reconstruct=i` model i as it
/// is rebuilt: θ₀ + rᵢ·maskᵢ·unified.
///
/// - DType and accumulation: F64; sums in a fixed order; one rounding at the end. NaN and infinity propagate.
/// - Source: the paper below, section 3.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct Emr: MergeRecipe {
  package static let reconstructed = MergeParameter(
    "reconstruct", "rebuild that model, counted from 1; 0 for what all models share", default: 0, in: 0...Int.max)

  package init() {}

  package var name: String { "emr" }

  package var summary: String { "one elected change for all models; rebuilds each by a mask and a factor" }

  package var paper: Paper? {
    Paper(
      title: "EMR-Merging: Tuning-Free High-Performance Model Merging", authors: "Huang et al.", venue: "NeurIPS 2024",
      arXiv: "2405.17461")
  }

  package var parameters: [ParameterSpec] { [Emr.reconstructed.spec] }

  package var base: BaseUse { .required }

  package func needsSurvey(_ parameters: ParameterValues) -> Bool { parameters[Emr.reconstructed] > 0 }

  private struct Survey: ModelSurvey {
    let scale: Double
  }

  package func survey(_ tensors: [MergeInput], on executor: MergeExecutor) throws -> any ModelSurvey {
    var before = 0.0
    var kept = 0.0
    for tensor in tensors {
      guard let base = tensor.base else { continue }
      let kernel = try Kernel(tensor, scale: 1)
      let pass = TensorPass(tensor.models.map(\.reader) + [base], on: executor)
      for cell in try pass.perCell(SIMD2(0.0, 0.0), { sums, block in kernel.measure(block, into: &sums) }) {
        before += cell[0]
        kept += cell[1]
      }
    }
    return Survey(scale: kept > 0 ? before / kept : 1)
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let kernel = try Kernel(input, scale: (survey as? Survey)?.scale ?? 1)
    return .combine(
      BlockCombination(readers: input.models.map(\.reader) + [base], dtype: input.dtype, kernel: kernel))
  }

  /// Inputs: the models, then the base.
  private struct Kernel: BlockKernel {
    let modelCount: Int
    /// The model to rebuild.
    let position: Int?
    let scale: Double

    /// - Throws: `badParameter` if there is no such model.
    init(_ input: MergeInput, scale: Double) throws(MergeError) {
      modelCount = input.models.count
      self.scale = scale
      let number = input.parameters[Emr.reconstructed]
      guard number <= input.models.count else {
        throw MergeError(
          .badParameter, "'reconstruct' is \(number), but there are \(input.models.count) models")
      }
      position = number > 0 ? number - 1 : nil
    }

    /// Turns the models into changes and writes what is elected into `block.result`.
    private func elect(_ block: MergeBlock) {
      let base = block.input(modelCount)
      let sum = block.scratch(0)
      let result = block.result
      sum.update(repeating: 0, count: block.count)
      result.update(repeating: 0, count: block.count)
      for index in 0..<modelCount {
        let change = block.input(index)
        for i in 0..<block.count {
          change[i] -= base[i]
          sum[i] += change[i]
        }
      }
      for index in 0..<modelCount {
        let change = block.input(index)
        for i in 0..<block.count {
          let agrees = (sum[i] > 0 && change[i] > 0) || (sum[i] < 0 && change[i] < 0)
          let isLarger = agrees && change[i].magnitude > result[i].magnitude
          result[i] = isLarger ? change[i] : result[i]
        }
      }
      for i in 0..<block.count where sum[i] != sum[i] { result[i] = sum[i] }
    }

    /// Adds Σ|δ| and Σ|mask·unified| of the model that is rebuilt.
    func measure(_ block: MergeBlock, into sums: inout SIMD2<Double>) {
      guard let position else { return }
      elect(block)
      let change = block.input(position)
      sums[0] += FixedOrderSum.magnitude(change, count: block.count)
      for i in 0..<block.count where !(change[i] * block.result[i] > 0) { block.result[i] = 0 }
      sums[1] += FixedOrderSum.magnitude(block.result, count: block.count)
    }

    func combine(_ block: MergeBlock) {
      elect(block)
      let base = block.input(modelCount)
      let result = block.result
      if let position {
        let change = block.input(position)
        for i in 0..<block.count {
          // A product of NaN stays.
          let isMasked = change[i] * result[i] <= 0
          result[i] = isMasked ? 0 : scale * result[i]
        }
      }
      for i in 0..<block.count { result[i] += base[i] }
    }
  }
}
