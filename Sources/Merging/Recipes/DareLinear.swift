/// DARE with task arithmetic: each element of a change is dropped at random with probability 1 − density, the rest is
/// rescaled, and the changes are added as in `TaskArithmetic`.
///
/// - Rescaling: `paper` divides by the density; `l1` keeps Σ|δ| of the tensor, as mergekit does; or none.
/// - Randomness: element i of a model's tensor is kept if uᵢ < density; see `MergeInput.random`. The same mask for any
///   number of threads, order of tensors or cut into files.
/// - Source: the paper below, equation 2.
/// - Checked by: RecipeGoldenTests, against numpy; DareTests.
package struct DareLinear: TaskVectorRecipe {
  package static let normalize = MergeParameter.normalizesTaskVectors(default: false)
  package static let rescale = MergeParameter.rescaleAsInPaper

  package init() {}

  package var name: String { "dare-linear" }

  package var summary: String { "drop changes at random, rescale the rest, add them to the base" }

  package var paper: Paper? { Dare.paper }

  package var parameters: [ParameterSpec] { DareLinear.common }

  package var mergekit: MergekitMethod? { MergekitMethod("dare_linear", ignoredKeys: ["int8_mask"]) }

  package var isRandom: Bool { true }

  var elects: Bool { false }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    Dare.masks(input, of: positions, rescale: input.parameters[DareLinear.rescale])
  }
}
