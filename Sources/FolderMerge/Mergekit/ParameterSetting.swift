import Documents
import Merging

/// The value of a parameter as a mergekit file gives it: one value; a list that runs over the layers; or cases, each for
/// the tensors whose name holds a text, of which the first that fits counts.
struct ParameterSetting: Sendable {
  struct Case: Sendable {
    /// nil for all tensors.
    let filter: String?
    /// One value, or those at evenly spaced places from the first layer to the last.
    let values: [ParameterValue]
  }

  let cases: [Case]

  /// The value for a tensor.
  ///
  /// - Parameter place: 0 at the first layer, 1 at the last.
  /// - Returns: nil if no case fits.
  func value(for tensor: String, at place: Double) -> ParameterValue? {
    cases.first { $0.fits(tensor) }.flatMap { $0.value(at: place) }
  }
}

extension ParameterSetting.Case {
  fileprivate func fits(_ tensor: String) -> Bool {
    guard let filter, filter != "*" else { return true }
    return tensor.contains(filter)
  }

  /// Numbers are interpolated between their places; words and flags hold from their place to the next.
  fileprivate func value(at place: Double) -> ParameterValue? {
    guard values.count > 1 else { return values.first }
    let position = place * Double(values.count - 1)
    let index = min(values.count - 1, Int(position))
    let numbers = values.compactMap(ParameterSetting.number)
    guard numbers.count == values.count else { return values[index] }
    let next = min(values.count - 1, index + 1)
    let fraction = position - Double(index)
    return .number((1 - fraction) * numbers[index] + fraction * numbers[next])
  }
}

extension ParameterSetting {
  fileprivate static func number(_ value: ParameterValue) -> Double? {
    switch value {
    case .number(let number): number
    case .integer(let number): Double(number)
    case .flag, .choice: nil
    }
  }

  /// Reads the setting at a key of a `parameters` mapping.
  ///
  /// - Throws: `DocumentError` with the line.
  init(_ mapping: YAMLMapping, _ key: String, _ spec: ParameterSpec) throws(DocumentError) {
    switch mapping.kind(of: key) {
    case .mappings:
      var cases: [Case] = []
      for item in try mapping.mappings(key) { cases.append(try ParameterSetting.conditional(item, spec)) }
      self.cases = cases
    case .mapping: cases = [try ParameterSetting.conditional(mapping.mapping(key), spec)]
    case .scalar, .scalars, .otherList, nil:
      cases = [Case(filter: nil, values: try ParameterSetting.values(mapping, key, spec))]
    }
  }

  private static func conditional(_ mapping: YAMLMapping, _ spec: ParameterSpec) throws(DocumentError) -> Case {
    Case(filter: try mapping.optionalString("filter"), values: try values(mapping, "value", spec))
  }

  private static func values(
    _ mapping: YAMLMapping, _ key: String, _ spec: ParameterSpec
  ) throws(DocumentError) -> [ParameterValue] {
    let scalars = try mapping.scalars(key)
    guard !scalars.isEmpty else { throw mapping.invalidValue(of: key, mustBe: "\(spec.allowed), or a list of such") }
    var values: [ParameterValue] = []
    for scalar in scalars {
      do throws(MergeError) {
        values.append(try value(scalar, spec))
      } catch {
        throw mapping.invalidValue(of: key, mustBe: spec.allowed)
      }
    }
    return values
  }

  private static func value(_ scalar: JSONValue, _ spec: ParameterSpec) throws(MergeError) -> ParameterValue {
    switch scalar {
    case .bool(let flag): try spec.checked(.flag(flag))
    case .integer(let number): try spec.checked(.integer(Int(number)))
    case .number(let number): try spec.checked(.number(number))
    case .string(let text): try spec.parse(text)
    case .null, .array, .object: throw MergeError(.badParameter, "'\(spec.name)' is \(spec.allowed)")
    }
  }
}

/// The `parameters` of one place of a mergekit file.
struct ParameterSettings: Sendable {
  private(set) var settings: [String: ParameterSetting] = [:]

  init() {}

  /// - Throws: `DocumentError` for parameters that the recipe does not have, with the line.
  init(_ mapping: YAMLMapping?, _ recipe: any MergeRecipe) throws(DocumentError) {
    guard let mapping else { return }
    for spec in recipe.parameters {
      // mergekit's own key, or the name that wgit has.
      for key in Set([spec.mergekitKey, spec.name, spec.name.replacing("-", with: "_")].compactMap(\.self)).sorted()
      where mapping.has(key) {
        guard settings[spec.name] == nil else {
          throw mapping.invalidValue(of: key, mustBe: "given once")
        }
        settings[spec.name] = try ParameterSetting(mapping, key, spec)
      }
    }
    // Of those nothing depends on, only memory in mergekit.
    for key in recipe.mergekit?.ignoredKeys ?? [] { _ = mapping.has(key) }
    try mapping.finish()
  }
}
