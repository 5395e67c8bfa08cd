import Documents
import Tensors

/// Parameters with hyper-parameters of their own, by name: `groups: [{match: "*.bias", weight-decay: 0}]`.
///
/// A parameter belongs to the first group whose pattern matches its name. `*` stands for any text, dots included; `?`
/// for one character; `[abc]` for one of these.
package struct ParameterGroup: Sendable, Equatable {
  package let pattern: NamePattern
  /// Times the optimizer's learning rate.
  package let learningRateScale: Double
  /// Instead of the optimizer's.
  package let weightDecay: Double?
  package let isFrozen: Bool

  init(yaml: YAMLMapping) throws {
    pattern = NamePattern(try yaml.string("match"))
    learningRateScale = try yaml.optionalNumber("learning-rate-scale") ?? 1
    weightDecay = try yaml.optionalNumber("weight-decay")
    isFrozen = try yaml.optionalBool("freeze") ?? false
    for key in ["learning-rate-scale", "weight-decay"] where try yaml.optionalNumber(key) ?? 0 < 0 {
      throw yaml.invalidValue(of: key, mustBe: "at least 0")
    }
  }

  package var json: JSONValue {
    var members: [JSONObject.Member] = [(key: "match", value: .string(pattern.text))]
    if learningRateScale != 1 { members.append((key: "learning-rate-scale", value: .number(learningRateScale))) }
    if let weightDecay { members.append((key: "weight-decay", value: .number(weightDecay))) }
    if isFrozen { members.append((key: "freeze", value: true)) }
    return .object(JSONObject(members))
  }
}
