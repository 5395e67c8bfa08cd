/// Model Stock: between the base and the mean of k models, as far as the angle between their changes says:
/// t = k·cos / (1 + (k − 1)·cos), θ = t·mean(θᵢ) + (1 − t)·θ₀, with cos the mean cosine of the changes.
///
/// One angle per tensor, per output filter, or per row of the last axis (which is what mergekit calls `filter_wise`: for
/// a convolution that is a row of a kernel). A tensor of one axis has one angle.
///
/// - For k > 2 the mean is that of all pairs' cosines, or of their angles.
/// - A pair of which one did not change counts with cosine 0. If |1 + (k − 1)·cos| < 1e-6, t is 0. A negative cosine gives a
///   negative t, away from the mean, unless `clamp-t` keeps it between 0 and 1.
/// - DType and accumulation: F64; inner products in a fixed order; one rounding at the end.
/// - Source: the paper below, equations 6 and 7; the mean over pairs is the authors' answer in their repository.
/// - Checked by: RecipeGoldenTests, against numpy; ModelStockTests.
package struct ModelStock: MergeRecipe {
  package enum Part: String, MergeChoice {
    case tensor, filter, row

    func layout(_ input: MergeInput) -> VectorLayout {
      switch self {
      case .tensor: .whole(input.shape)
      case .filter: .filters(input.shape)
      case .row: .lastAxis(input.shape)
      }
    }
  }

  package enum Mean: String, MergeChoice {
    case cosines, angles
  }

  package static let part = MergeParameter(
    "angle-per", "what has an angle of its own", default: Part.tensor, aliases: ["true": .row, "false": .tensor],
    mergekitKey: "filter_wise")
  package static let mean = MergeParameter(
    "mean-of", "what is averaged over pairs of models", default: Mean.cosines)
  package static let clamps = MergeParameter("clamp-t", "keep t between 0 and 1", default: false)

  package init() {}

  package var name: String { "model-stock" }

  package var summary: String { "between the base and the mean, by the angle between the models' changes" }

  package var paper: Paper? {
    Paper(
      title: "Model Stock: All we need is just a few fine-tuned models", authors: "Jang et al.", venue: "ECCV 2024",
      arXiv: "2403.19522")
  }

  package var parameters: [ParameterSpec] { [ModelStock.part.spec, ModelStock.mean.spec, ModelStock.clamps.spec] }

  package var base: BaseUse { .required }

  package var modelCount: ClosedRange<Int> { 2...Int.max }

  package var mergekit: MergekitMethod? { MergekitMethod("model_stock", missingTensor: .keepBase) }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    guard let base = input.base else { return .take(.model(0)) }
    let layout = input.parameters[ModelStock.part].layout(input)
    let readers = input.models.map(\.reader)
    let ratios = try GramMatrix.ofVectors(layout, readers, base: base, on: executor).map {
      let ratio = ModelStock.ratio($0, mean: input.parameters[ModelStock.mean])
      return input.parameters[ModelStock.clamps] ? max(0, min(1, ratio)) : ratio
    }
    if ratios.allSatisfy({ $0 == 0 }) { return .take(.base) }
    let count = Double(readers.count)
    if ratios.count == 1 {
      let terms = readers.map { WeightedSum.Term(reader: $0, weight: ratios[0] / count) }
      return .combine(
        WeightedSum(terms: terms + [WeightedSum.Term(reader: base, weight: 1 - ratios[0])], dtype: input.dtype))
    }
    let coefficients = ratios.flatMap { [Double](repeating: $0 / count, count: readers.count) + [1 - $0] }
    let kernel = VectorWeightedSum(layout: layout, termCount: readers.count + 1, coefficients: coefficients)
    return .combine(BlockCombination(readers: readers + [base], dtype: input.dtype, kernel: kernel))
  }

  /// t, from the inner products of the changes.
  static func ratio(_ products: GramMatrix, mean: Mean) -> Double {
    let count = products.size
    var cosines: [Double] = []
    for i in 0..<count {
      for j in 0..<i {
        let isFinite = products[i, j].isFinite && products.norm(i).isFinite && products.norm(j).isFinite
        cosines.append(isFinite ? products.cosine(i, j) ?? 0 : .nan)
      }
    }
    let pairCount = Double(cosines.count)
    let cosine =
      switch mean {
      case .cosines: cosines.reduce(0, +) / pairCount
      case .angles: Angle.cosine(cosines.map(Angle.arcCosine).reduce(0, +) / pairCount)
      }
    let divisor = 1 + Double(count - 1) * cosine
    guard abs(divisor) >= 1e-6 || divisor.isNaN else { return 0 }
    return Double(count) * cosine / divisor
  }
}
