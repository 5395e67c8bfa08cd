/// DELLA without the election of signs: changes are thinned out as in `DellaTies` and added as in `TaskArithmetic`.
///
/// - Source: the paper below, section 3.
/// - Checked by: RecipeGoldenTests, against numpy; DellaTests.
package struct DellaLinear: TaskVectorRecipe {
  package static let normalize = MergeParameter.normalizesTaskVectors(default: false)
  package static let rescale = MergeParameter.rescaleAsInPaper

  package init() {}

  package var name: String { "della-linear" }

  package var summary: String { "drop small changes more often than large ones, add the rest to the base" }

  package var paper: Paper? { Della.paper }

  package var parameters: [ParameterSpec] { DellaLinear.common + [Della.epsilon.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("della_linear", ignoredKeys: ["int8_mask"]) }

  package var isRandom: Bool { true }

  var elects: Bool { false }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    try Della.masks(input, of: positions, base: base, rescale: input.parameters[DellaLinear.rescale])
  }
}
