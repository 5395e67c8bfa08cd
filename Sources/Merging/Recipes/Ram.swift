/// Reinforced Agent Merging: where one model alone changed an element its change is taken whole, where several did their
/// mean. A change counts if |δ| > ε.
///
/// - DType and accumulation: F64, in the order of the models; one rounding at the end. NaN and infinity propagate.
/// - Source: the paper below.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct Ram: MergeRecipe {
  package static let epsilon = MergeParameter(
    "epsilon", "a change that is not larger is none", default: 1e-5, in: 0 ... .infinity, mergekitKey: "epsilon")

  package init() {}

  package var name: String { "ram" }

  package var summary: String { "changes of one model alone whole, of several their mean" }

  package var paper: Paper? { UniqueChanges.paper }

  package var parameters: [ParameterSpec] { [Ram.epsilon.spec] }

  package var base: BaseUse { .required }

  package var mergekit: MergekitMethod? { MergekitMethod("ram") }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let kernel = UniqueChanges(
      scales: input.models.map { _ in 1 }, epsilon: input.parameters[Ram.epsilon])
    return .combine(
      BlockCombination(readers: input.models.map(\.reader) + [base], dtype: input.dtype, kernel: kernel))
  }
}
