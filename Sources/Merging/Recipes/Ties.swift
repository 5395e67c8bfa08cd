/// TIES: trim each change to its largest entries, elect a sign per element, average the changes that agree with it.
///
/// 1. Of each δᵢ = θᵢ − θ₀ the k = max(1, ⌊density·n⌋) entries of largest magnitude are kept, per tensor or
///    (`scope=model`) over the whole model. 2. Dᵢ = wᵢ·δᵢ. 3. Sign, mean and result: see `TaskVectorCombination`.
///
/// - Ties in the top k: by the names of tensors, then in the order of elements. Magnitudes are compared as F32.
/// - Departures: the published code keeps one entry more and all that equal it, and gives elements whose sum is exactly 0
///   the sign of the whole model; here k is exact, and 0 counts as positive, as in mergekit.
/// - Source: the paper below, algorithm 1.
/// - Checked by: RecipeGoldenTests, against numpy; TiesTests.
package struct Ties: TaskVectorRecipe {
  package enum Scope: String, MergeChoice {
    case tensor, model
  }

  package static let normalize = MergeParameter.normalizesTaskVectors(default: true)
  package static let rescale = MergeParameter.rescaleIfAsked
  package static let scope = MergeParameter(
    "scope", "whether the largest changes are found per tensor or over the whole model", default: Scope.tensor)

  package init() {}

  package var name: String { "ties" }

  package var summary: String { "trim changes to the largest, elect signs, average what agrees" }

  package var paper: Paper? {
    Paper(
      title: "TIES-Merging: Resolving Interference When Merging Models", authors: "Yadav et al.",
      venue: "NeurIPS 2023", arXiv: "2306.01708")
  }

  package var parameters: [ParameterSpec] { Ties.common + [Ties.scope.spec] }

  package var mergekit: MergekitMethod? { MergekitMethod("ties", ignoredKeys: ["int8_mask"]) }

  var elects: Bool { true }

  func masks(
    _ input: MergeInput, of positions: [Int], base: any TensorReader, survey: (any ModelSurvey)?,
    on executor: MergeExecutor
  ) throws -> [TaskVectorMask] {
    if let survey = survey as? Survey {
      guard let selections = survey.selections[input.name] else {
        throw MergeError(.conflict, "it was not there when the largest changes of the model were looked for")
      }
      return positions.map { .top(selections[$0]) }
    }
    let counts = positions.map { position in
      [Ties.keptCount(of: input.elementCount, density: input.models[position].parameters[.density])]
    }
    let readers = positions.map { input.models[$0].reader }
    return try ChangeSelection.largest(readers, base: base, counts: counts, on: executor).map { selections in
      TaskVectorMask(selections[0])
    }
  }

  /// ⌊density·n⌋, but at least 1 unless nothing is to be kept.
  private static func keptCount(of count: Int, density: Double) -> Int {
    density >= 1 ? count : density <= 0 ? 0 : max(1, Int(density * Double(count)))
  }

  private struct Survey: ModelSurvey {
    /// By tensor, one per model.
    let selections: [String: [TopSelection]]
  }

  package func needsSurvey(_ parameters: ParameterValues) -> Bool { parameters[Ties.scope] == .model }

  package func survey(_ tensors: [MergeInput], on executor: MergeExecutor) throws -> any ModelSurvey {
    // By name, however the model is cut into files; tied tensors count once.
    var seen: Set<String> = []
    let tensors = tensors.filter { seen.insert($0.name).inserted }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let modelCount = tensors.first?.models.count ?? 0
    var changes: [ChangeSelection.Tensor] = []
    for tensor in tensors {
      guard let base = tensor.base, tensor.models.count == modelCount else {
        throw MergeError(
          .conflict, "'\(tensor.name)' is in \(tensor.models.count) models, other tensors in \(modelCount)")
      }
      changes.append(ChangeSelection.Tensor(models: tensor.models.map(\.reader), base: base))
    }
    let counts = (0..<modelCount).map { model in
      let densities = tensors.map { $0.models[model].parameters[.density] }
      let total = tensors.reduce(0) { $0 + $1.elementCount }
      let mean =
        Set(densities).count == 1
        ? densities[0] : zip(tensors, densities).reduce(0) { $0 + $1.1 * Double($1.0.elementCount) } / Double(total)
      return [Ties.keptCount(of: total, density: mean)]
    }
    let found = try ChangeSelection.largest(changes, counts: counts, on: executor)
    var selections: [String: [TopSelection]] = [:]
    for (index, tensor) in tensors.enumerated() { selections[tensor.name] = found.map { $0[0][index] } }
    return Survey(selections: selections)
  }
}
