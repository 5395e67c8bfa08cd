/// RAM+ with the balance of each tensor: as `Ram`, but what model i alone has changed is amplified by
/// λᵢ = 1 + r·min(α, sharedᵢ / uniqueᵢ), from the numbers of elements of the tensor that it changed together with others
/// and alone.
///
/// - DType and accumulation: F64, in the order of the models; one rounding at the end. NaN and infinity propagate.
/// - Source: the paper below; the tensor-local form is mergekit's.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct RamPlusTensorLocal: MergeRecipe {
  package static let r = MergeParameter(
    "r", "how strongly changes of one model alone are amplified", default: 0.1, in: 0 ... .infinity, mergekitKey: "r")
  package static let alpha = MergeParameter(
    "alpha", "the largest ratio of shared to unique changes that counts", default: 0.2, in: 0 ... .infinity,
    mergekitKey: "alpha")

  package init() {}

  package var name: String { "ramplus-tl" }

  package var summary: String { "as ram, with changes of one model alone amplified, tensor by tensor" }

  package var paper: Paper? { UniqueChanges.paper }

  package var parameters: [ParameterSpec] {
    [RamPlusTensorLocal.r.spec, RamPlusTensorLocal.alpha.spec, Ram.epsilon.spec]
  }

  package var base: BaseUse { .required }

  package var mergekit: MergekitMethod? { MergekitMethod("ramplus_tl") }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let epsilon = input.parameters[Ram.epsilon]
    let readers = input.models.map(\.reader)
    let counts = try UniqueChanges.counts(readers, base: base, epsilon: epsilon, on: executor)
    let scales = counts.scales(
      r: input.parameters[RamPlusTensorLocal.r], alpha: input.parameters[RamPlusTensorLocal.alpha], epsilon: epsilon)
    let kernel = UniqueChanges(scales: scales, epsilon: epsilon)
    return .combine(BlockCombination(readers: readers + [base], dtype: input.dtype, kernel: kernel))
  }
}
