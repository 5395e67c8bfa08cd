import Documents

/// The hyper-parameters of an optimizer or an algorithm by name, in order; PyTorch's names with hyphens.
package struct NamedSettings: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package enum Value: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
  {
    case number(Double)
    case flag(Bool)

    package init(floatLiteral value: Double) { self = .number(value) }
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
  }

  package private(set) var entries: [(name: String, value: Value)]

  package init(dictionaryLiteral elements: (String, Value)...) {
    entries = elements.map { (name: $0, value: $1) }
  }

  package var names: [String] { entries.map(\.name) }

  /// The value of a setting; 0 for one that is not there or is a flag.
  package subscript(name: String) -> Double {
    get { if case .number(let value) = entries.first(where: { $0.name == name })?.value { value } else { 0 } }
    set { set(name, .number(newValue)) }
  }

  /// The value of a flag; false for one that is not there or is a number.
  package func isOn(_ name: String) -> Bool {
    entries.first { $0.name == name }?.value == .flag(true)
  }

  /// Replaces the value of a setting that is there.
  package mutating func set(_ name: String, _ value: Value) {
    if let index = entries.firstIndex(where: { $0.name == name }) { entries[index].value = value }
  }

  package var json: [JSONObject.Member] {
    entries.map { entry in
      switch entry.value {
      case .number(let value): (key: entry.name, value: .number(value))
      case .flag(let value): (key: entry.name, value: .bool(value))
      }
    }
  }

  package static func == (left: NamedSettings, right: NamedSettings) -> Bool {
    left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
  }
}
