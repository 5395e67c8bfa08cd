/// Model Breadcrumbs with TIES: changes are thinned out as in `Breadcrumbs`, then signs are elected as in `Ties`.
///
/// - Source: the paper below; the election is that of TIES.
/// - Checked by: RecipeGoldenTests, against numpy; BreadcrumbsTests.
package struct BreadcrumbsTies: TaskVectorRecipe {
  package static let normalize = MergeParameter.normalizesTaskVectors(default: false)
  package static let rescale = MergeParameter.rescaleIfAsked

  package init() {}

  package var name: String { "breadcrumbs-ties" }

  package var summary: String { "drop the smallest and the very largest changes, elect signs, add what agrees" }

  package var paper: Paper? { BreadcrumbBand.paper }

  package var parameters: [ParameterSpec] { BreadcrumbsTies.common + [BreadcrumbBand.gamma.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("breadcrumbs_ties", ignoredKeys: ["int8_mask"]) }

  var elects: Bool { true }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    try BreadcrumbBand.masks(input, of: positions, base: base, on: executor)
  }
}
