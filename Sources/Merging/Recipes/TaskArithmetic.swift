/// Task arithmetic: θ = θ₀ + λ Σ wᵢ(θᵢ − θ₀), with θ₀ the base. A negative weight forgets.
///
/// With `normalize` the sum is divided by Σ wᵢ, or by 1 if that is closer to 0 than 1e-8.
///
/// - Shapes: base, models and the result have the same.
/// - DType and accumulation: all in F64, sums in the order given, one rounding at the end.
/// - NaN and infinity: propagate. Models of weight 0 are left out, whatever they hold.
/// - Source: the paper below, equation 1 and section 2.
/// - Checked by: RecipeGoldenTests, against numpy; TaskArithmeticTests.
package struct TaskArithmetic: MergeRecipe {
  package static let lambda = MergeParameter(
    "lambda", "scales the sum of the task vectors", default: 1, mergekitKey: "lambda")
  package static let normalize = MergeParameter(
    "normalize", "divide by the sum of the weights", default: false, mergekitKey: "normalize")

  package init() {}

  package var name: String { "task-arithmetic" }

  package var summary: String { "the base plus the weighted sum of all changes: θ₀ + λ Σ w(θ − θ₀)" }

  package var paper: Paper? {
    Paper(
      title: "Editing Models with Task Arithmetic", authors: "Ilharco et al.", venue: "ICLR 2023", arXiv: "2212.04089")
  }

  package var parameters: [ParameterSpec] {
    [MergeParameter.weight.spec, TaskArithmetic.lambda.spec, TaskArithmetic.normalize.spec]
  }

  package var base: BaseUse { .required }

  package var mergekit: MergekitMethod? {
    MergekitMethod("task_arithmetic", ignoredKeys: ["int8_mask"])
  }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let lambda = input.parameters[TaskArithmetic.lambda]
    let total = input.models.reduce(0) { $0 + $1.weight }
    let normalizes = input.parameters[TaskArithmetic.normalize]
    let divisor = normalizes && abs(total) >= 1e-8 ? total : 1
    let counting = input.models.indices.filter { input.models[$0].weight != 0 }
    if lambda == 0 || counting.isEmpty { return .take(.base) }
    let vectors = counting.map { position in
      TaskVector(reader: input.models[position].reader, weight: input.models[position].weight, mask: .everything)
    }
    if vectors.count == 1, vectors[0].weight == divisor, lambda == 1 { return .take(.model(counting[0])) }
    return .combine(
      TaskVectorCombination(
        base: base, vectors: vectors, elects: false, normalizes: normalizes, lambda: lambda, dtype: input.dtype))
  }
}
