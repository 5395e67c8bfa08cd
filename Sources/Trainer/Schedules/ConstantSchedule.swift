import Documents

/// The learning rate as the task gives it, throughout: `{name: constant}`.
package struct ConstantSchedule: Schedule {
  package static let name = "constant"

  package init() {}
  package init(yaml: YAMLMapping) throws {}

  package var settings: [(key: String, value: JSONValue)] { [] }

  package func factor(step: Int, of stepCount: Int) -> Double { 1 }
}
