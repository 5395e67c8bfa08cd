/// The Karcher mean: the point on the unit sphere with the least mean squared angle to all models' directions, at the mean
/// of their lengths. Each tensor is one vector; all models count the same.
///
/// From the normalised mean of the unit vectors uᵢ, repeated: T = (1/N) Σ θᵢ/sin θᵢ · (uᵢ − cos θᵢ m) with θᵢ the angle
/// between uᵢ and m; m ← cos‖T‖ m + sin‖T‖ T/‖T‖; until ‖T‖ < `tol` or `max-iter` steps were made. All of it happens in
/// coefficients of the models, from their inner products, so it costs one pass whatever the number of steps.
///
/// - Zero vectors have no direction and only count for the length. A vector closer to m or to −m than `tol` gives no
///   direction to go. Where the first mean vanishes, the first direction takes its place.
/// - Departures: mergekit takes vectors whose norm is below `tol` for zero; here only zero is. For a vector opposite to m
///   it follows rounding noise.
/// - DType and accumulation: F64; inner products in a fixed order; one rounding at the end.
/// - Source: the paper below; for models, arXiv 2603.04972.
/// - Checked by: RecipeGoldenTests, against numpy; SphericalTests.
package struct Karcher: MergeRecipe {
  package static let stepLimit = MergeParameter(
    "max-iter", "steps at most", default: 10, in: 0...10_000, mergekitKey: "max_iter")
  package static let tolerance = MergeParameter(
    "tol", "a step or an angle below that is none, in radians", default: 1e-5, in: 1e-12...1, mergekitKey: "tol")

  package init() {}

  package var name: String { "karcher" }

  package var summary: String { "the mean direction on the sphere, by least squared angles, at the mean length" }

  package var paper: Paper? {
    Paper(
      title: "Riemannian center of mass and mollifier smoothing", authors: "Karcher",
      venue: "Communications on Pure and Applied Mathematics 1977", address: "https://doi.org/10.1002/cpa.3160300502")
  }

  package var parameters: [ParameterSpec] { [Karcher.stepLimit.spec, Karcher.tolerance.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("karcher") }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    if input.models.count == 1 { return .take(.model(0)) }
    let readers = input.models.map(\.reader)
    let products = try GramMatrix.of(readers, base: nil, on: executor)
    let norms = readers.indices.map(products.norm)
    guard norms.allSatisfy(\.isFinite), norms.contains(where: { $0 > 0 }) else {
      let share = 1 / Double(readers.count)
      return .combine(
        WeightedSum.ofChanges(readers, norms.map { _ in share }, base: nil, dtype: input.dtype))
    }
    var sphere = Sphere(products, norms, tolerance: input.parameters[Karcher.tolerance])
    for _ in 0..<input.parameters[Karcher.stepLimit] where !sphere.isAtRest { sphere.step() }
    let length = norms.reduce(0, +) / Double(norms.count)
    return .combine(
      WeightedSum.ofChanges(readers, sphere.coefficients.map { $0 * length }, base: nil, dtype: input.dtype))
  }

  /// A point m = Σ cᵢθᵢ on the unit sphere.
  private struct Sphere {
    private let products: GramMatrix
    private let norms: [Double]
    private let tolerance: Double
    /// Positions of vectors that have a direction.
    private let directed: [Int]
    /// Before the raw vectors.
    private(set) var coefficients: [Double]
    private(set) var isAtRest = false

    init(_ products: GramMatrix, _ norms: [Double], tolerance: Double) {
      self.products = products
      self.norms = norms
      self.tolerance = tolerance
      directed = norms.indices.filter { norms[$0] > 0 }
      coefficients = norms.map { _ in 0 }
      for index in directed { coefficients[index] = 1 / (norms[index] * Double(directed.count)) }
      let length = products.squaredNorm(of: coefficients).squareRoot()
      if length < tolerance {
        coefficients = norms.map { _ in 0 }
        coefficients[directed[0]] = 1 / norms[directed[0]]
      } else {
        coefficients = coefficients.map { $0 / length }
      }
    }

    mutating func step() {
      var tangent = norms.map { _ in 0.0 }
      for index in directed {
        let cosine = max(-1, min(1, products.product(index, with: coefficients) / norms[index]))
        let angle = Angle.arcCosine(cosine)
        guard angle >= tolerance, angle <= Double.pi - tolerance else { continue }
        let factor = angle / Angle.sine(angle) / Double(directed.count)
        tangent[index] += factor / norms[index]
        for other in tangent.indices { tangent[other] -= factor * cosine * coefficients[other] }
      }
      let length = products.squaredNorm(of: tangent).squareRoot()
      guard length >= tolerance, length > 0 else {
        isAtRest = true
        return
      }
      for index in coefficients.indices {
        coefficients[index] =
          Angle.cosine(length) * coefficients[index] + Angle.sine(length) / length * tangent[index]
      }
      let norm = products.squaredNorm(of: coefficients).squareRoot()
      if norm > 0 { coefficients = coefficients.map { $0 / norm } }
    }
  }
}
