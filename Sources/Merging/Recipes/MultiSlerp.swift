/// Multi-SLERP: the weighted mean direction of N models, or of their changes if there is a base, at the weighted mean of
/// their lengths: θ = θ₀ + (Σ wᵢ‖vᵢ‖) · m / ‖m‖ with m = Σ wᵢ vᵢ/‖vᵢ‖ and vᵢ = θᵢ − θ₀ (θ₀ = 0 without a base).
///
/// The published construction adds a step in the tangent space at m, but the weighted sum of the tangent vectors there
/// is zero by construction, so it moves nothing.
///
/// - Weights are divided by their sum, unless `normalize-weights` is off.
/// - Models of weight 0 are left out, whatever they hold. Zero vectors have no direction and only count for the length. If ‖m‖ is below `eps` (all vectors are zero, or they
///   cancel out), the result is the straight mean θ₀ + Σ wᵢvᵢ, where mergekit stops.
/// - DType and accumulation: F64; inner products in a fixed order; one rounding at the end.
/// - Source: the page below.
/// - Checked by: RecipeGoldenTests, against numpy; SphericalTests.
package struct MultiSlerp: MergeRecipe {
  package static let normalizes = MergeParameter(
    "normalize-weights", "divide weights by their sum", default: true, mergekitKey: "normalize_weights")
  package static let eps = MergeParameter(
    "eps", "a mean direction shorter than that is none", default: 1e-8, in: 0...1, mergekitKey: "eps")

  package init() {}

  package var name: String { "multislerp" }

  package var summary: String {
    "the mean direction of any number of models, or of their changes, at their mean length"
  }

  package var paper: Paper? {
    Paper(
      title: "Multi-SLERP", authors: "Goddard", venue: "2025",
      address: "https://goddard.blog/posts/multislerp-wow-what-a-cool-idea")
  }

  package var parameters: [ParameterSpec] {
    [MergeParameter.weight.spec, MultiSlerp.normalizes.spec, MultiSlerp.eps.spec]
  }

  package var base: BaseUse { .optional }

  package var mergekit: MergekitMethod? { MergekitMethod("multislerp") }

  package func keepsEqualTensors(_ input: MergeInput) -> Bool {
    input.models.count == 1 || input.base != nil || input.parameters[MultiSlerp.normalizes]
      || input.models.reduce(0) { $0 + $1.weight } == 1
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    if input.models.count == 1 { return .take(.model(0)) }
    let counting = input.models.filter { $0.weight != 0 }
    var weights = counting.map(\.weight)
    if input.parameters[MultiSlerp.normalizes] {
      let total = weights.reduce(0, +)
      guard total.isFinite, total != 0 else {
        throw MergeError(.badWeightSum, "the weights add up to \(total), so they cannot be normalised")
      }
      weights = weights.map { $0 / total }
    }
    let readers = counting.map(\.reader)
    let products = try GramMatrix.of(readers, base: input.base, on: executor)
    let norms = readers.indices.map(products.norm)
    let mean = readers.indices.map { norms[$0] > 0 ? weights[$0] / norms[$0] : 0 }
    var squaredNorm = products.squaredNorm(of: mean)
    if squaredNorm < 1e-4, mean.contains(where: { $0 != 0 }) {
      // The vectors nearly cancel out: what is left is lost in the rounding of the inner products.
      squaredNorm = try CombinationNorm.squared(readers, base: input.base, coefficients: mean, on: executor)
    }
    let length = zip(weights, norms).reduce(0) { $0 + $1.0 * $1.1 }
    let norm = squaredNorm.squareRoot()
    let usesDirection = norm.isFinite && norm > 0 && norm >= input.parameters[MultiSlerp.eps]
    let coefficients = usesDirection ? mean.map { $0 * length / norm } : weights
    return .combine(WeightedSum.ofChanges(readers, coefficients, base: input.base, dtype: input.dtype))
  }
}
