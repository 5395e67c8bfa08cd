import Documents
import Tensors

/// Which parameters a run changes, and how.
package struct ParameterSelection: Sendable, Equatable {
  package var groups: [ParameterGroup] = []
  /// What matches one of these stays as it is.
  package var frozen: [NamePattern] = []
  /// If there are any, what matches none of these stays as it is.
  package var trained: [NamePattern] = []

  package init() {}

  /// Whether a parameter is changed.
  package func trains(_ name: String) -> Bool {
    !frozen.contains { $0.matches(name) } && (trained.isEmpty || trained.contains { $0.matches(name) })
      && group(of: name)?.isFrozen != true
  }

  private func group(of name: String) -> ParameterGroup? { groups.first { $0.pattern.matches(name) } }

  /// The ranges of parameters that lie one after the other; neighbours that are treated alike are one range.
  ///
  /// - Throws: `TrainerError` with code `unmatchedPattern` for a pattern that matches no name, or if nothing is left to
  ///   train.
  package func ranges(
    of parameters: [(name: String, elementCount: Int)], weightDecay: Double
  ) throws -> [ParameterRange] {
    let names = parameters.map(\.name)
    for pattern in groups.map(\.pattern) + frozen + trained where !names.contains(where: pattern.matches) {
      throw TrainerError(
        .unmatchedPattern,
        "no parameter matches \(pattern.text.quoted()); there are "
          + names.prefix(20).map { $0.quoted() }.joined(separator: ", "))
    }
    var ranges: [ParameterRange] = []
    var offset = 0
    for (name, elementCount) in parameters {
      defer { offset += elementCount }
      guard trains(name), elementCount > 0 else { continue }
      let group = group(of: name)
      let range = ParameterRange(
        offset: offset, count: elementCount, learningRateScale: group?.learningRateScale ?? 1,
        weightDecay: group?.weightDecay ?? weightDecay)
      if let joined = ranges.last?.joined(with: range) {
        ranges[ranges.count - 1] = joined
      } else {
        ranges.append(range)
      }
    }
    guard !ranges.isEmpty || names.isEmpty else {
      throw TrainerError(.unmatchedPattern, "every parameter is frozen; nothing is left to train")
    }
    return ranges
  }
}

extension ParameterSelection {
  /// Reads the keys `groups`, `freeze` and `train-only` of a task.
  init(task yaml: YAMLMapping) throws {
    groups = try (yaml.optionalMappings("groups") ?? []).map(ParameterGroup.init(yaml:))
    frozen = try (yaml.optionalOneOrMoreStrings("freeze") ?? []).map { NamePattern($0) }
    trained = try (yaml.optionalOneOrMoreStrings("train-only") ?? []).map { NamePattern($0) }
  }

  /// The keys of a task that are not empty.
  var json: [JSONObject.Member] {
    let lists: [JSONObject.Member] = [
      (key: "groups", value: .array(groups.map(\.json))),
      (key: "freeze", value: .array(frozen.map { .string($0.text) })),
      (key: "train-only", value: .array(trained.map { .string($0.text) })),
    ]
    return lists.filter { $0.value != [] }
  }
}

extension ParameterRange {
  /// This range and the one right behind it as one, if they are treated alike.
  fileprivate func joined(with next: ParameterRange) -> ParameterRange? {
    guard offset + count == next.offset, learningRateScale == next.learningRateScale,
      weightDecay == next.weightDecay
    else { return nil }
    return ParameterRange(
      offset: offset, count: count + next.count, learningRateScale: learningRateScale, weightDecay: weightDecay)
  }
}
