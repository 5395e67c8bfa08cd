import Tensors

/// Applies what was said of conflicts.
struct MergeResolutions {
  private let specification: MergeSpecification
  private let versions: MergeVersions
  private var used: Set<String> = []

  init(_ specification: MergeSpecification, _ versions: MergeVersions) {
    self.specification = specification
    self.versions = versions
  }

  /// The first resolution that fits decides. Patterns that fit nothing are told of: they are mistyped.
  mutating func apply(to plan: inout MergePlan) {
    for model in plan.models.indices {
      for tensor in plan.models[model].tensors.indices {
        guard case .conflict(let conflict) = plan.models[model].tensors[tensor].outcome else { continue }
        guard let outcome = outcome(conflict, plan.models[model].group) else { continue }
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

  private mutating func outcome(_ conflict: TensorConflict, _ group: ModelGroup) -> MergePlan.Tensor.Outcome? {
    guard let resolution = resolution(conflict.name, isFile: false) else { return nil }
    let name = TensorName(conflict.name)
    switch resolution.choice {
    case .compute(let method): return conflict.canCompute ? computation(method, name, group) : nil
    case .ours: return place(versions.sideIndices.lowerBound, name, group)
    case .base: return place(0, name, group)
    case .theirs:
      let ours = group.versions[versions.sideIndices.lowerBound]?.tensors[name]?.segment
      let others = versions.sideIndices.dropFirst().filter { group.versions[$0]?.tensors[name]?.segment != ours }
      // Of several others only a value that all of them have is "theirs".
      let values = Set(others.map { group.versions[$0]?.tensors[name]?.segment })
      guard values.count == 1, let first = others.first else { return nil }
      return place(first, name, group)
    }
  }

  private func place(_ version: Int, _ name: TensorName, _ group: ModelGroup) -> MergePlan.Tensor.Outcome {
    group.versions[version]?.tensors[name].map { .take($0) } ?? .delete
  }

  private func computation(
    _ method: MergeSpecification.Method, _ name: TensorName, _ group: ModelGroup
  ) -> MergePlan.Tensor.Outcome? {
    let places = versions.modelIndices.compactMap { version in
      group.versions[version]?.tensors[name].map { (version - versions.modelIndices.lowerBound, $0) }
    }
    let row = TensorVersions(
      base: group.versions[0]?.tensors[name]?.segment, hasBase: versions.base != nil, sides: places.map(\.1.segment))
    let base = row.isReplaced ? nil : row.base
    guard let first = places.first?.1, let tensor = base?.tensor ?? first.segment.tensor else { return nil }
    return .compute(
      MergePlan.Computation(
        formula: .method(method), base: base,
        models: places.map { index, place in
          MergePlan.Contribution(segment: place.segment, index: index, weight: 1)
        },
        tensor: Manifest.Tensor(name: tensor.name, dtype: specification.dtype ?? tensor.dtype, shape: tensor.shape),
        randomName: tensor.name, path: first.path))
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
