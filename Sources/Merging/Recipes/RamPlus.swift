/// RAM+: as `RamPlusTensorLocal`, with shared and unique changes counted over the whole model.
///
/// - DType and accumulation: F64, in the order of the models; one rounding at the end. NaN and infinity propagate.
/// - Source: the paper below.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct RamPlus: MergeRecipe {
  package init() {}

  package var name: String { "ramplus" }

  package var summary: String { "as ram, with changes of one model alone amplified, by the balance of the whole model" }

  package var paper: Paper? { UniqueChanges.paper }

  package var parameters: [ParameterSpec] { RamPlusTensorLocal().parameters }

  package var base: BaseUse { .required }

  private struct Survey: ModelSurvey {
    let counts: UniqueChanges.Counts
  }

  package func needsSurvey(_ parameters: ParameterValues) -> Bool { true }

  package func survey(_ tensors: [MergeInput], on executor: MergeExecutor) throws -> any ModelSurvey {
    let modelCount = tensors.first?.models.count ?? 0
    var total = UniqueChanges.Counts(modelCount: modelCount)
    for tensor in tensors {
      guard let base = tensor.base, tensor.models.count == modelCount else {
        throw MergeError(
          .conflict, "'\(tensor.name)' is in \(tensor.models.count) models, other tensors in \(modelCount)")
      }
      total += try UniqueChanges.counts(
        tensor.models.map(\.reader), base: base, epsilon: tensor.parameters[Ram.epsilon], on: executor)
    }
    return Survey(counts: total)
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base, let survey = survey as? Survey else { return .take(.model(0)) }
    let epsilon = input.parameters[Ram.epsilon]
    let scales = survey.counts.scales(
      r: input.parameters[RamPlusTensorLocal.r], alpha: input.parameters[RamPlusTensorLocal.alpha], epsilon: epsilon)
    let kernel = UniqueChanges(scales: scales, epsilon: epsilon)
    return .combine(
      BlockCombination(readers: input.models.map(\.reader) + [base], dtype: input.dtype, kernel: kernel))
  }
}
