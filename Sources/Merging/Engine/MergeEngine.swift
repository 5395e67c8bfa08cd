import Tensors

/// Merges tensors by a recipe, after the rules that are the same for all recipes:
///
/// - a tensor without elements is copied;
/// - a counter of training steps (`num_batches_tracked`) is the largest of its values;
/// - other elements without arithmetic (integers, booleans, quantised types) are never computed with: equal ones are
///   kept, a change of one side against the base is taken, anything else is a conflict;
/// - a tensor whose bytes are equal in all inputs is handed on, unless the recipe would change it (weights that do not
///   add up to 1, for example);
/// - all else is the recipe's.
package struct MergeEngine: Sendable {
  package let recipe: any MergeRecipe
  private let executor: MergeExecutor

  package init(_ recipe: any MergeRecipe, executor: MergeExecutor) {
    self.recipe = recipe
    self.executor = executor
  }

  /// What the recipe must know of the whole model before any tensor can be merged; `nil` if nothing.
  ///
  /// - Parameter tensors: all tensors of the merge.
  package func survey(_ tensors: [MergeInput]) throws -> (any ModelSurvey)? {
    guard let first = tensors.first, recipe.needsSurvey(first.parameters) else { return nil }
    let numeric = tensors.filter { $0.elementCount > 0 && isNumeric($0) }
    for tensor in numeric { try check(tensor) }
    return try recipe.survey(numeric, on: executor)
  }

  /// Decides everything about one tensor: reads it as often as the recipe's statistics need.
  ///
  /// - Parameter survey: of `survey(_:)`.
  /// - Throws: `modelCountMismatch`, `baseRequired`, `companionRequired`, `conflict`, what the recipe or a reader throws.
  package func prepare(_ input: MergeInput, survey: (any ModelSurvey)? = nil) throws -> PreparedMerge {
    try check(input)
    if input.elementCount == 0 { return handOn(input, .model(0), .empty) }
    guard isNumeric(input) else { return try withoutArithmetic(input) }
    let used = inputs(input)
    if recipe.keepsEqualTensors(input), try ContentComparison.areEqual(used, on: executor) {
      return handOn(input, recipe.base != .ignored && input.base != nil ? .base : .model(0), .equal)
    }
    switch try recipe.prepare(input, survey: survey, on: executor).kind {
    case .take(let source): return handOn(input, source, .taken)
    case .combine(let combination):
      return PreparedMerge(
        input, dtype: input.dtype, status: .combined, source: nil, combination: combination)
    }
  }

  /// The readers that the recipe looks at.
  private func inputs(_ input: MergeInput) -> [any TensorReader] {
    let base = recipe.base == .ignored ? nil : input.base
    return (base.map { [$0] } ?? []) + input.models.map(\.reader)
  }

  private func isNumeric(_ input: MergeInput) -> Bool {
    inputs(input).allSatisfy { FloatConversion.isSupported($0.dtype) } && FloatConversion.isSupported(input.dtype)
  }

  private func check(_ input: MergeInput) throws(MergeError) {
    let count = input.models.count
    guard recipe.modelCount.contains(count) else {
      throw MergeError(.modelCountMismatch, "\(recipe.name) merges \(recipe.modelCountText), not \(count)")
    }
    if recipe.base == .required, input.base == nil {
      throw MergeError(.baseRequired, "\(recipe.name) needs a base: the model that the others were made from")
    }
  }

  private func withoutArithmetic(_ input: MergeInput) throws -> PreparedMerge {
    if StepCounter.isCounter(input), let counter = try StepCounter(input) {
      return PreparedMerge(
        input, dtype: counter.dtype, status: .counter, source: nil, combination: counter)
    }
    let readers = input.models.map(\.reader)
    if try ContentComparison.areEqual(readers, on: executor) { return handOn(input, .model(0), .equal) }
    if let base = input.base {
      var changed: [Int] = []
      for (index, reader) in readers.enumerated()
      where try !ContentComparison.areEqual([base, reader], on: executor) { changed.append(index) }
      if try ContentComparison.areEqual(changed.map { readers[$0] }, on: executor) {
        return handOn(input, .model(changed[0]), .taken)
      }
    }
    let types = Set(readers.map(\.dtype.rawValue)).sorted().joined(separator: ", ")
    throw MergeError(.conflict, "its \(types) elements differ and cannot be merged by arithmetic")
  }

  /// One input's bytes, converted if the result has another type.
  private func handOn(
    _ input: MergeInput, _ source: PreparedMerge.Source, _ status: PreparedMerge.Status
  ) -> PreparedMerge {
    let reader: any TensorReader
    switch source {
    case .base: reader = input.base ?? input.models[0].reader
    case .model(let index): reader = input.models[index].reader
    }
    let canConvert = FloatConversion.isSupported(reader.dtype) && FloatConversion.isSupported(input.dtype)
    let dtype = canConvert ? input.dtype : reader.dtype
    return PreparedMerge(
      input, dtype: dtype, status: status, source: dtype == reader.dtype ? source : nil,
      combination: HandedOn(reader: reader, dtype: dtype))
  }
}
