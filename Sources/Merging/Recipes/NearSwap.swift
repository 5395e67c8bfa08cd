/// NearSwap: the second model where it is close to the first, the first where it is far:
/// w = min(1, t / |a − b|), θ = w·b + (1 − w)·a.
///
/// - Departure: mergekit takes differences below 1e-6 for 1e-6.
/// - DType and accumulation: F64; one rounding at the end. NaN and infinity propagate.
/// - Source: the page below.
/// - Checked by: RecipeGoldenTests, against numpy; ElementwiseRecipeTests.
package struct NearSwap: MergeRecipe {
  package static let t = MergeParameter(
    "t", "how near is near: the difference up to which the second model is taken", default: nil, in: 0 ... .infinity,
    mergekitKey: "t")

  package init() {}

  package var name: String { "nearswap" }

  package var summary: String { "the second model where it is near the first, less of it where it is far" }

  package var paper: Paper? {
    Paper(
      title: "QuartetAnemoi-70B", authors: "alchemonaut", venue: "2024",
      address: "https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001")
  }

  package var parameters: [ParameterSpec] { [NearSwap.t.spec] }

  package var modelCount: ClosedRange<Int> { 2...2 }

  package var mergekit: MergekitMethod? {
    MergekitMethod("nearswap", baseIsFirstModel: true, missingTensor: .takeSingle)
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let t = input.parameters[NearSwap.t]
    if t == 0 { return .take(.model(0)) }
    return .combine(
      BlockCombination(readers: input.models.map(\.reader), dtype: input.dtype, kernel: Kernel(t: t)))
  }

  private struct Kernel: BlockKernel {
    let t: Double

    func combine(_ block: MergeBlock) {
      let a = block.input(0)
      let b = block.input(1)
      for i in 0..<block.count {
        let distance = (a[i] - b[i]).magnitude
        let weight = distance <= t ? 1 : t / distance
        // Twice the same where both are equal; never 0 times something infinite that was not there.
        block.result[i] = weight == 1 ? b[i] : weight * b[i] + (1 - weight) * a[i]
      }
    }
  }
}
