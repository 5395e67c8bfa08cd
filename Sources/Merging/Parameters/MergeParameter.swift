/// What can be set about a recipe: for help, for checking what users write, for records.
package struct ParameterSpec: Hashable, Sendable {
  /// What values are allowed.
  package enum Kind: Hashable, Sendable {
    case number(ClosedRange<Double>)
    case integer(ClosedRange<Int>)
    case flag
    /// One word of a list; `aliases` maps other spellings to them.
    case choice([String], aliases: [String: String])
  }

  /// What users type and commits record: lower case, words joined by hyphens.
  package let name: String
  package let summary: String
  package let kind: Kind
  /// `nil` if it must be given.
  package let defaultValue: ParameterValue?
  /// Whether each model can have its own.
  package let isPerModel: Bool
  /// mergekit's key, if it has the parameter.
  package let mergekitKey: String?
  /// What mergekit takes if its file says nothing, where that is another value.
  package let mergekitDefault: ParameterValue?
}

/// A parameter that code reads with its type.
package struct MergeParameter<Value: MergeParameterValue>: Sendable {
  package let spec: ParameterSpec
  /// What is read if nothing was set: the default, or any value for a parameter that must be given, which is checked
  /// before a merge starts.
  let fallback: Value
}

/// Types that parameters can have.
package protocol MergeParameterValue: Sendable {
  init?(_ value: ParameterValue)
  var parameterValue: ParameterValue { get }
}

/// Words that a parameter can be.
package protocol MergeChoice: MergeParameterValue, CaseIterable, RawRepresentable where RawValue == String {}

extension MergeChoice {
  package init?(_ value: ParameterValue) {
    guard case .choice(let word) = value else { return nil }
    self.init(rawValue: word)
  }

  package var parameterValue: ParameterValue { .choice(rawValue) }
}

extension Double: MergeParameterValue {
  package init?(_ value: ParameterValue) {
    guard case .number(let number) = value else { return nil }
    self = number
  }

  package var parameterValue: ParameterValue { .number(self) }
}

extension Int: MergeParameterValue {
  package init?(_ value: ParameterValue) {
    guard case .integer(let number) = value else { return nil }
    self = number
  }

  package var parameterValue: ParameterValue { .integer(self) }
}

extension Bool: MergeParameterValue {
  package init?(_ value: ParameterValue) {
    guard case .flag(let flag) = value else { return nil }
    self = flag
  }

  package var parameterValue: ParameterValue { .flag(self) }
}

extension MergeParameter<Double> {
  init(
    _ name: String, _ summary: String, default value: Double?, in range: ClosedRange<Double> = -.infinity ... .infinity,
    isPerModel: Bool = false, mergekitKey: String? = nil
  ) {
    // Of a parameter that must be given, any number will do here.
    fallback = value ?? range.clamped(to: 0...1).lowerBound
    spec = ParameterSpec(
      name: name, summary: summary, kind: .number(range), defaultValue: value?.parameterValue, isPerModel: isPerModel,
      mergekitKey: mergekitKey, mergekitDefault: nil)
  }
}

extension MergeParameter<Int> {
  init(
    _ name: String, _ summary: String, default value: Int, in range: ClosedRange<Int>, mergekitKey: String? = nil
  ) {
    fallback = value
    spec = ParameterSpec(
      name: name, summary: summary, kind: .integer(range), defaultValue: value.parameterValue, isPerModel: false,
      mergekitKey: mergekitKey, mergekitDefault: nil)
  }
}

extension MergeParameter<Bool> {
  init(_ name: String, _ summary: String, default value: Bool, mergekitKey: String? = nil) {
    fallback = value
    spec = ParameterSpec(
      name: name, summary: summary, kind: .flag, defaultValue: value.parameterValue, isPerModel: false,
      mergekitKey: mergekitKey, mergekitDefault: nil)
  }
}

extension MergeParameter where Value: MergeChoice {
  init(
    _ name: String, _ summary: String, default value: Value, of choices: [Value] = Array(Value.allCases),
    aliases: [String: Value] = [:], mergekitKey: String? = nil, mergekitDefault: Value? = nil
  ) {
    fallback = value
    spec = ParameterSpec(
      name: name, summary: summary,
      kind: .choice(choices.map(\.rawValue), aliases: aliases.mapValues(\.rawValue)),
      defaultValue: value.parameterValue, isPerModel: false, mergekitKey: mergekitKey,
      mergekitDefault: mergekitDefault?.parameterValue)
  }
}

extension MergeParameter<Double> {
  /// How much a model counts.
  package static let weight = MergeParameter(
    "weight", "how much each model counts", default: 1, isPerModel: true, mergekitKey: "weight")
}
