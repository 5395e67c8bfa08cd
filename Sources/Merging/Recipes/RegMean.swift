import Tensors

/// RegMean: for each linear layer the weights whose outputs are nearest to those of all models, each on its own data:
/// W = (Σ Gᵢ)⁻¹ Σ GᵢWᵢ with Gᵢ = XᵢᵀXᵢ the Gram matrix of the layer's inputs, off-diagonal entries times α.
///
/// - Shapes: W as stored, [out, in]; G [in, in]. A tensor for which no model has a Gram matrix is averaged by weights; if only
///   some have, that is an error.
/// - DType and accumulation: F64, by Cholesky's decomposition; one rounding at the end.
/// - Throws: `badParameter` if Σ G has no inverse: then α must be smaller, or there are too few data.
/// - Cost: in³/6 + N·in²·out + in²·out multiplications and three matrices of the layer's size in F64.
/// - Source: the paper below, equation 3 and section 4.2.
/// - Checked by: CompanionTests, against numpy.
package struct RegMean: MergeRecipe {
  package static let alpha = MergeParameter(
    "alpha", "what off-diagonal entries of the Gram matrices are multiplied by", default: 0.9, in: 0...1)
  static let companion = MergeCompanion(
    name: "gram", summary: "the Gram matrix of each linear layer's inputs, under the weight's name")

  package init() {}

  package var name: String { "regmean" }

  package var summary: String { "linear layers by regression on the models' own inputs, the rest by averaging" }

  package var paper: Paper? {
    Paper(
      title: "Dataless Knowledge Fusion by Merging Weights of Language Models", authors: "Jin et al.",
      venue: "ICLR 2023", arXiv: "2212.09849")
  }

  package var parameters: [ParameterSpec] { [MergeParameter.weight.spec, RegMean.alpha.spec] }

  package var companions: [MergeCompanion] { [RegMean.companion] }

  package func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision {
    let models = input.models.filter { $0.weight != 0 }
    guard models.contains(where: { $0.companions[RegMean.companion.name] != nil }) else {
      return try Weighted.mean(input)
    }
    guard input.shape.rank == 2 else {
      throw MergeError(.shapeMismatch, "it has a Gram matrix, but its shape is \(input.shape): no linear layer")
    }
    let inputCount = input.shape.dimensions[1]
    let square: Shape
    do throws(TensorError) { square = try Shape([inputCount, inputCount]) } catch { throw MergeError(error) }
    let grams = try models.compactMap { try RegMean.companion.of($0, shape: square) }
    guard grams.count == models.count else { throw RegMean.companion.missing(in: models) }
    var regression = LinearRegression(inputCount: inputCount, outputCount: input.shape.dimensions[0])
    for (model, gram) in zip(models, grams) {
      try regression.add(
        weights: model.reader, gram: gram, alpha: input.parameters[RegMean.alpha], weight: model.weight, on: executor)
    }
    return .combine(HandedOn(reader: try regression.solve(on: executor), dtype: input.dtype))
  }
}
