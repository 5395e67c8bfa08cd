/// WiSE-FT: θ = (1 − α)θ₀ + αθ₁, between the pre-trained model and its fine-tuned one.
///
/// - Numerics: see `WeightedSum`; α = 0 and α = 1 give the model's bytes.
/// - Source: the paper below, equation 1.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct WiseFT: MergeRecipe {
  package static let alpha = MergeParameter(
    "alpha", "how far to go from the base to the model", default: 0.5, in: 0...1)

  package init() {}

  package var name: String { "wise-ft" }

  package var summary: String { "between the base and one model: (1 − α)θ₀ + αθ" }

  package var paper: Paper? {
    Paper(
      title: "Robust fine-tuning of zero-shot models", authors: "Wortsman et al.", venue: "CVPR 2022",
      arXiv: "2109.01903")
  }

  package var parameters: [ParameterSpec] { [WiseFT.alpha.spec] }

  package var base: BaseUse { .required }

  package var modelCount: ClosedRange<Int> { 1...1 }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let alpha = input.parameters[WiseFT.alpha]
    guard let base = input.base, alpha != 1 else { return .take(.model(0)) }
    guard alpha != 0 else { return .take(.base) }
    let terms = [
      WeightedSum.Term(reader: base, weight: 1 - alpha),
      WeightedSum.Term(reader: input.models[0].reader, weight: alpha),
    ]
    return .combine(WeightedSum(terms: terms, dtype: input.dtype))
  }
}
