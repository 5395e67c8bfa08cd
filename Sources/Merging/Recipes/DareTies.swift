/// DARE with TIES: changes are thinned out at random as in `DareLinear`, then signs are elected as in `Ties`.
///
/// - Source: the paper below, section 3.2.
/// - Checked by: RecipeGoldenTests, against numpy; DareTests.
package struct DareTies: TaskVectorRecipe {
  package static let normalize = MergeParameter.normalizesTaskVectors(default: false)
  package static let rescale = MergeParameter.rescaleAsInPaper

  package init() {}

  package var name: String { "dare-ties" }

  package var summary: String { "drop changes at random, rescale the rest, elect signs, add what agrees" }

  package var paper: Paper? { Dare.paper }

  package var parameters: [ParameterSpec] { DareTies.common }

  package var mergekit: MergekitMethod? { MergekitMethod("dare_ties", ignoredKeys: ["int8_mask"]) }

  package var isRandom: Bool { true }

  var elects: Bool { true }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    Dare.masks(input, of: positions, rescale: input.parameters[DareTies.rescale])
  }
}
