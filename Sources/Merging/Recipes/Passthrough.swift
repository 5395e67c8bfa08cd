/// One model as it is, or times a number.
///
/// - Numerics: exact at scale 1; otherwise a product in F64, rounded once.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct Passthrough: MergeRecipe {
  package static let scale = MergeParameter(
    "scale", "what the model is multiplied by", default: 1, isPerModel: true, mergekitKey: "scale")

  package init() {}

  package var name: String { "passthrough" }

  package var summary: String { "one model as it is, or times a number" }

  package var paper: Paper? { nil }

  package var parameters: [ParameterSpec] { [Passthrough.scale.spec] }

  package var modelCount: ClosedRange<Int> { 1...1 }

  package var mergekit: MergekitMethod? { MergekitMethod("passthrough") }

  package func keepsEqualTensors(_ input: MergeInput) -> Bool { input.models[0].parameters[Passthrough.scale] == 1 }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let model = input.models[0]
    let scale = model.parameters[Passthrough.scale]
    if scale == 1 { return .take(.model(0)) }
    return .combine(WeightedSum(terms: [WeightedSum.Term(reader: model.reader, weight: scale)], dtype: input.dtype))
  }
}
