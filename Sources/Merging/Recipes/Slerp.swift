/// Spherical linear interpolation between two models, each tensor as one vector: t = 0 is the first, t = 1 the second.
///
/// - Coefficients: see `SphericalInterpolation`; vectors with |cos| > 0.9995 count as parallel, so fine-tuned models of
///   one base are mostly interpolated linearly.
/// - DType and accumulation: F64; inner products in a fixed order; one rounding at the end.
/// - Departure: where mergekit treats a vector of norm below 1e-8 as perpendicular to any other, a zero vector is
///   interpolated linearly here.
/// - Source: the paper below, section 3.3.
/// - Checked by: RecipeGoldenTests, against numpy; SphericalTests.
package struct Slerp: MergeRecipe {
  package static let t = MergeParameter(
    "t", "how far to go from the first model to the second", default: 0.5, mergekitKey: "t")

  package init() {}

  package var name: String { "slerp" }

  package var summary: String { "between two models along the sphere" }

  package var paper: Paper? {
    Paper(
      title: "Animating rotation with quaternion curves", authors: "Shoemake", venue: "SIGGRAPH 1985",
      address: "https://doi.org/10.1145/325165.325242")
  }

  package var parameters: [ParameterSpec] { [Slerp.t.spec] }

  package var modelCount: ClosedRange<Int> { 2...2 }

  package var mergekit: MergekitMethod? {
    MergekitMethod("slerp", baseIsFirstModel: true, missingTensor: .takeSingle)
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let t = input.parameters[Slerp.t]
    if t == 0 { return .take(.model(0)) }
    if t == 1 { return .take(.model(1)) }
    let readers = input.models.map(\.reader)
    let products = try GramMatrix.of(readers, base: nil, on: executor)
    let (a, b) = SphericalInterpolation.coefficients(cosine: products.cosine(0, 1), t: t) { abs($0) > 0.9995 }
    return .combine(
      WeightedSum(
        terms: [WeightedSum.Term(reader: readers[0], weight: a), WeightedSum.Term(reader: readers[1], weight: b)],
        dtype: input.dtype))
  }
}
