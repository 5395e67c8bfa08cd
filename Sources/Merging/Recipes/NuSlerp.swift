/// NuSLERP: spherical interpolation by weights, t = w₂ / (w₁ + w₂), of the tensors or, with a base, of the changes;
/// each tensor as one vector, or row by row, or column by column.
///
/// - Coefficients: see `SphericalInterpolation`; vectors with 1 − cos² ≤ 1e-10 count as parallel. t is 1/2 if the weights
///   add up to less than 1e-6.
/// - Departures: mergekit divides by the sine down to 1 − cos² = 1e-16, where opposite vectors give rounding noise; for
///   vectors that nearly agree the difference lies below 1e-11. It takes a vector of norm below 1e-7 for perpendicular to
///   any other; here a zero vector is interpolated linearly.
/// - DType and accumulation: F64; inner products in a fixed order; one rounding at the end.
/// - Source: mergekit's method of that name.
/// - Checked by: RecipeGoldenTests, against numpy; SphericalTests.
package struct NuSlerp: MergeRecipe {
  package static let flattens = MergeParameter(
    "flatten", "take each tensor as one vector", default: true, mergekitKey: "nuslerp_flatten")
  /// mergekit calls it `row_wise`, although vectors then run along the first axis.
  package static let alongFirstAxis = MergeParameter(
    "row-wise", "vectors run along the first axis instead of the last (if not flattened)", default: false,
    mergekitKey: "nuslerp_row_wise")

  package init() {}

  package var name: String { "nuslerp" }

  package var summary: String { "between two models or their changes along the sphere, by weights" }

  package var paper: Paper? {
    Paper(
      title: "Arcee's MergeKit: A Toolkit for Merging Large Language Models", authors: "Goddard et al.",
      venue: "EMNLP 2024", arXiv: "2403.13257")
  }

  package var parameters: [ParameterSpec] {
    [MergeParameter.weight.spec, NuSlerp.flattens.spec, NuSlerp.alongFirstAxis.spec]
  }

  package var base: BaseUse { .optional }

  package var modelCount: ClosedRange<Int> { 2...2 }

  package var mergekit: MergekitMethod? { MergekitMethod("nuslerp", missingTensor: .takeSingle) }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let weights = input.models.map(\.weight)
    let total = weights[0] + weights[1]
    let t = abs(total) < 1e-6 ? 0.5 : weights[1] / total
    if t == 0 { return .take(.model(0)) }
    if t == 1 { return .take(.model(1)) }
    let layout: VectorLayout =
      input.parameters[NuSlerp.flattens]
      ? .whole(input.shape)
      : input.parameters[NuSlerp.alongFirstAxis] ? .firstAxis(input.shape) : .lastAxis(input.shape)
    let readers = input.models.map(\.reader)
    let pairs = try GramMatrix.ofVectors(layout, readers, base: input.base, on: executor).map { products in
      SphericalInterpolation.coefficients(cosine: products.cosine(0, 1), t: t) { 1 - $0 * $0 <= 1e-10 }
    }
    let all = readers + (input.base.map { [$0] } ?? [])
    let coefficients = pairs.map { pair in
      input.base == nil ? [pair.a, pair.b] : [pair.a, pair.b, 1 - pair.a - pair.b]
    }
    if coefficients.count == 1 {
      let terms = zip(all, coefficients[0]).map { WeightedSum.Term(reader: $0, weight: $1) }
      return .combine(WeightedSum(terms: terms, dtype: input.dtype))
    }
    let kernel = VectorWeightedSum(
      layout: layout, termCount: all.count, coefficients: Array(coefficients.joined()))
    return .combine(BlockCombination(readers: all, dtype: input.dtype, kernel: kernel))
  }
}
