/// DELLA: entries of a change are dropped at random, small ones more often; the rest is rescaled, and signs are elected as
/// in `Ties`.
///
/// In each row the chance to be kept grows with the rank by magnitude from density − ε to density + ε; see `RankedMask`.
///
/// - Departure: mergekit ranks along the second axis, whatever the number of axes.
/// - Rescaling: `paper` divides by the chance; `l1` keeps Σ|δ| of the tensor, as mergekit does; or none.
/// - Source: the paper below, section 3.
/// - Checked by: RecipeGoldenTests, against numpy; DellaTests.
package struct DellaTies: TaskVectorRecipe {
  package static let normalize = MergeParameter.normalizesTaskVectors(default: true)
  package static let rescale = MergeParameter.rescaleAsInPaper

  package init() {}

  package var name: String { "della" }

  package var summary: String { "drop small changes more often than large ones, elect signs, average what agrees" }

  package var paper: Paper? { Della.paper }

  package var parameters: [ParameterSpec] { DellaTies.common + [Della.epsilon.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("della", ignoredKeys: ["int8_mask"]) }

  package var isRandom: Bool { true }

  var elects: Bool { true }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    try Della.masks(input, of: positions, base: base, rescale: input.parameters[DellaTies.rescale])
  }
}
