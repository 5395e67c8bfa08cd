/// Model Breadcrumbs: the smallest entries of each change and the very largest are dropped, the rest is added as in
/// `TaskArithmetic`.
///
/// - Density 1 keeps everything. Ties: by order of elements. Magnitudes are compared as F32.
/// - Source: the paper below, section 3.
/// - Checked by: RecipeGoldenTests, against numpy; BreadcrumbsTests.
package struct Breadcrumbs: TaskVectorRecipe {
  package static let normalize = MergeParameter.normalizesTaskVectors(default: false)
  package static let rescale = MergeParameter.rescaleIfAsked

  package init() {}

  package var name: String { "breadcrumbs" }

  package var summary: String { "drop the smallest and the very largest changes, add the rest to the base" }

  package var paper: Paper? { BreadcrumbBand.paper }

  package var parameters: [ParameterSpec] { Breadcrumbs.common + [BreadcrumbBand.gamma.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("breadcrumbs", ignoredKeys: ["int8_mask"]) }

  var elects: Bool { false }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    try BreadcrumbBand.masks(input, of: positions, base: base, on: executor)
  }
}
