/// The weighted average: θ = Σ wᵢθᵢ / Σ wᵢ, or without the division. Weights may be negative.
///
/// - Shapes: all models and the result have the same.
/// - Numerics: see `WeightedSum`. Models of weight 0 are left out, whatever they hold; a model alone comes out as it is.
/// - Throws: `badWeightSum` if the sum to divide by is zero or not finite.
/// - Source: the paper below, which averages uniformly.
/// - Checked by: WeightedTests and RecipeGoldenTests, against numpy.
package struct Weighted: MergeRecipe {
  package static let normalize = MergeParameter(
    "normalize", "divide by the sum of the weights", default: true, mergekitKey: "normalize")

  package init() {}

  package var name: String { "weighted" }

  package var summary: String { "the weighted average: Σ wθ / Σ w" }

  package var paper: Paper? {
    Paper(
      title: "Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing "
        + "inference time",
      authors: "Wortsman et al.", venue: "ICML 2022", arXiv: "2203.05482")
  }

  package var parameters: [ParameterSpec] { [MergeParameter.weight.spec, Weighted.normalize.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("linear", missingTensor: .useOthers) }

  package func keepsEqualTensors(_ input: MergeInput) -> Bool {
    input.parameters[Weighted.normalize] || input.models.reduce(0) { $0 + $1.weight } == 1
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    if input.parameters[Weighted.normalize] { return try Weighted.mean(input) }
    return Weighted.sum(input, divisor: 1)
  }

  /// Σ wᵢθᵢ / Σ wᵢ.
  static func mean(_ input: MergeInput) throws(MergeError) -> MergeDecision {
    let total = input.models.reduce(0) { $0 + $1.weight }
    guard total.isFinite, total != 0 else {
      throw MergeError(.badWeightSum, "the weights add up to \(total), so they cannot be normalised")
    }
    return sum(input, divisor: total)
  }

  private static func sum(_ input: MergeInput, divisor: Double) -> MergeDecision {
    let counting = input.models.indices.filter { input.models[$0].weight != 0 }
    if counting.count == 1, input.models[counting[0]].weight == divisor { return .take(.model(counting[0])) }
    let terms = counting.map { WeightedSum.Term(reader: input.models[$0].reader, weight: input.models[$0].weight) }
    return .combine(WeightedSum(terms: terms, divisor: divisor, dtype: input.dtype))
  }
}
