import Tensors

/// Applies what was said of conflicts.
struct MergeResolutions {
  private let specification: MergeSpecification
  private let versions: MergeVersions
  private let strategies: (MergeSpecification.Method) throws -> any TensorStrategy
  private var used: Set<String> = []

  init(_ request: Repository.MergeRequest, _ versions: MergeVersions) {
    specification = request.specification
    strategies = request.strategies
    self.versions = versions
  }

  /// The first resolution that fits decides. Patterns that fit nothing are told of: they are mistyped.
  mutating func apply(to plan: inout MergePlan) throws {
    for model in plan.models.indices {
      for tensor in plan.models[model].tensors.indices {
        guard case .conflict(let conflict) = plan.models[model].tensors[tensor].outcome else { continue }
        guard let outcome = try outcome(conflict, plan.models[model].context) else { continue }
        plan.models[model].tensors[tensor].outcome = outcome
      }
    }
    for file in plan.files.indices where plan.files[file].conflict != nil {
      guard let resolution = resolution(plan.files[file].path.text, isFile: true) else { continue }
      if case .some(let entry) = entry(resolution.choice, plan.files[file].path) { plan.files[file].settle(entry) }
    }
    let names = plan.models.flatMap(\.tensors).map(\.name) + plan.files.map(\.path.text)
    let idle = specification.only.filter { pattern in !names.contains(where: NamePattern(pattern).matches) }
    plan.unusedPatterns = specification.resolutions.map(\.pattern).filter { !used.contains($0) } + idle
  }

  private mutating func resolution(_ name: String, isFile: Bool) -> MergeSpecification.Resolution? {
    let found = specification.resolutions.first { resolution in
      if isFile, case .compute = resolution.choice { return false }
      return NamePattern(resolution.pattern).matches(name)
    }
    if let found { used.insert(found.pattern) }
    return found
  }

  private mutating func outcome(_ conflict: TensorConflict, _ context: ModelContext) throws -> MergePlan.Tensor.Outcome?
  {
    guard let resolution = resolution(conflict.name, isFile: false) else { return nil }
    let name = TensorName(conflict.name)
    switch resolution.choice {
    case .compute(let method): return conflict.canCompute ? try computation(method, name, context) : nil
    case .ours: return place(versions.sideIndices.lowerBound, name, context)
    case .base: return place(0, name, context)
    case .theirs:
      let ours = context.place(versions.sideIndices.lowerBound, name)?.segment
      let others = versions.sideIndices.dropFirst().filter { context.place($0, name)?.segment != ours }
      // Of several others only a value that all of them have is "theirs".
      let values = Set(others.map { context.place($0, name)?.segment })
      guard values.count == 1, let first = others.first else { return nil }
      return place(first, name, context)
    }
  }

  private func place(_ version: Int, _ name: TensorName, _ context: ModelContext) -> MergePlan.Tensor.Outcome {
    context.place(version, name).map { .take($0) } ?? .delete
  }

  private func computation(
    _ method: MergeSpecification.Method, _ name: TensorName, _ context: ModelContext
  ) throws -> MergePlan.Tensor.Outcome? {
    let models = versions.modelIndices.compactMap { version in
      context.place(version, name).map { ModelContext.Ingredient(version: version, place: $0, weight: 1) }
    }
    let row = TensorVersions(
      base: context.place(0, name)?.segment, hasBase: versions.base != nil, sides: models.map(\.place.segment))
    let computation = try context.computation(
      method, name, row: row, models, firstModel: versions.modelIndices.lowerBound, dtype: specification.dtype)
    // What all sides replaced has no base to start from: it stays a conflict.
    guard let computation, try computation.base != nil || !strategies(method).needsBase else { return nil }
    return .compute(computation)
  }

  /// The outer `nil`: the choice decides nothing here.
  private func entry(_ choice: MergeSpecification.Resolution.Choice, _ path: RelativePath) -> Tree.Entry?? {
    switch choice {
    case .compute: return nil
    case .ours: return .some(versions.sides[0].entries[path])
    case .base: return .some(versions.filesBase?.entries[path])
    case .theirs:
      let ours = versions.sides[0].entries[path]
      let values = Set(versions.sides.dropFirst().map { $0.entries[path] }.filter { $0 != ours })
      return values.count == 1 ? values.first : nil
    }
  }
}
