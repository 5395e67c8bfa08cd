/// A way to make one model of several: one file, one paper, one test.
///
/// Recipes see tensors through readers, never files. `MergeEngine` has dealt with everything that is the same for all
/// of them: tensors without elements, without arithmetic, equal everywhere.
package protocol MergeRecipe: Sendable {
  /// What a user types and a commit records: lower case, words joined by hyphens.
  var name: String { get }
  /// One line for help: what it computes.
  var summary: String { get }
  /// Where it comes from; `nil` for what needs no citation.
  var paper: Paper? { get }
  /// What can be set.
  var parameters: [ParameterSpec] { get }
  /// What it does with the model that the others were made from.
  var base: BaseUse { get }
  /// How many models it merges, the base not counted.
  var modelCount: ClosedRange<Int> { get }
  /// The same in mergekit, if it has it.
  var mergekit: MergekitMethod? { get }
  /// What it needs of each model beside its weights.
  var companions: [MergeCompanion] { get }
  /// Whether the seed matters.
  var isRandom: Bool { get }

  /// Whether a tensor that is equal in all inputs comes out as it is, with these parameters.
  func keepsEqualTensors(_ input: MergeInput) -> Bool

  /// Whether statistics of the whole model come before the first tensor, with these shared parameters.
  func needsSurvey(_ parameters: ParameterValues) -> Bool

  /// Statistics over all tensors with arithmetic, made over the fixed grid.
  func survey(_ tensors: [MergeInput], on executor: MergeExecutor) throws -> any ModelSurvey

  /// Decides one tensor, after the passes over it that its statistics need.
  ///
  /// - Parameter survey: what `survey(_:on:)` returned, if the recipe needs one.
  func prepare(
    _ input: MergeInput, survey: (any ModelSurvey)?, on executor: MergeExecutor
  ) throws -> MergeDecision
}

/// What a recipe knows of the whole model.
package protocol ModelSurvey: Sendable {}

/// What a recipe does with the model that the others were made from.
package enum BaseUse: String, Hashable, Sendable {
  case required, optional, ignored
}

/// The counterpart of a recipe in mergekit's files.
package struct MergekitMethod: Hashable, Sendable {
  /// What an input that lacks a tensor does to that tensor.
  package enum MissingTensor: String, Hashable, Sendable {
    /// A conflict.
    case refuse
    /// The tensor is merged over the models that have it, if the architecture says that it may be missing.
    case useOthers
    /// What only one model has is taken as it is.
    case takeSingle
    /// The base's tensor is kept if too few models have it.
    case keepBase
  }

  package let name: String
  /// Whether `base_model` is the first of the models, not the point that all were made from.
  package let baseIsFirstModel: Bool
  package let missingTensor: MissingTensor
  /// Keys that mergekit knows and that change nothing here.
  package let ignoredKeys: Set<String>

  init(
    _ name: String, baseIsFirstModel: Bool = false, missingTensor: MissingTensor = .refuse,
    ignoredKeys: Set<String> = []
  ) {
    self.name = name
    self.baseIsFirstModel = baseIsFirstModel
    self.missingTensor = missingTensor
    self.ignoredKeys = ignoredKeys
  }
}

extension MergeRecipe {
  package var parameters: [ParameterSpec] { [] }
  package var base: BaseUse { .ignored }
  package var modelCount: ClosedRange<Int> { 1...Int.max }
  package var mergekit: MergekitMethod? { nil }
  package var companions: [MergeCompanion] { [] }
  package var isRandom: Bool { false }

  package func keepsEqualTensors(_ input: MergeInput) -> Bool { true }

  package func needsSurvey(_ parameters: ParameterValues) -> Bool { false }

  package func survey(_ tensors: [MergeInput], on executor: MergeExecutor) throws -> any ModelSurvey { NoSurvey() }

  /// "1 model", "at least 2 models", "2 to 4 models".
  package var modelCountText: String {
    let least = modelCount.lowerBound
    let most = modelCount.upperBound
    if least == most { return least == 1 ? "1 model" : "\(least) models" }
    if most == Int.max { return least == 1 ? "any number of models" : "at least \(least) models" }
    return "\(least) to \(most) models"
  }
}

private struct NoSurvey: ModelSurvey {}
