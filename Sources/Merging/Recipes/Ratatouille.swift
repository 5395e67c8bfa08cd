/// Model Ratatouille's average: θ = (1/N) Σ θᵢ over N models that were fine-tuned on the target task, each from a
/// different auxiliary task.
///
/// A model that stands n times among the ingredients counts n times, as its weight.
///
/// - Shapes: all ingredients and the result have the same.
/// - Numerics: see `WeightedSum`.
/// - Source: the paper below. Its code keeps a running mean in the storage type, which rounds N times; this rounds once.
/// - Checked by: RatatouilleTests and RecipeGoldenTests, against numpy.
package struct Ratatouille: MergeRecipe {
  package init() {}

  package var name: String { "ratatouille" }

  package var summary: String { "the uniform average of all ingredients, weight by weight" }

  package var paper: Paper? {
    Paper(
      title: "Model Ratatouille: Recycling Diverse Models for Out-of-Distribution Generalization",
      authors: "Ramé et al.", venue: "ICML 2023", arXiv: "2212.10445")
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    try Weighted.mean(input)
  }
}
