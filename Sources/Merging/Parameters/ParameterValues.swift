/// A value of a parameter.
package enum ParameterValue: Hashable, Sendable {
  case number(Double)
  case integer(Int)
  case flag(Bool)
  case choice(String)

  /// As a user writes it.
  package var text: String {
    switch self {
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    case .integer(let number): String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .choice(let word): word
    }
  }
}

/// What was set, by parameter; everything else has its default.
package struct ParameterValues: Hashable, Sendable {
  /// By `ParameterSpec.name`.
  package private(set) var values: [String: ParameterValue]

  package init() { values = [:] }

  /// Checks a value and sets it.
  ///
  /// - Throws: `badParameter`.
  package mutating func set(_ spec: ParameterSpec, to value: ParameterValue) throws(MergeError) {
    values[spec.name] = try spec.checked(value)
  }

  package subscript<Value>(_ parameter: MergeParameter<Value>) -> Value {
    get { values[parameter.spec.name].flatMap(Value.init) ?? parameter.fallback }
    set { values[parameter.spec.name] = newValue.parameterValue }
  }

  /// What holds, set or by default; `nil` if it must be set and is not.
  package func value(of spec: ParameterSpec) -> ParameterValue? {
    values[spec.name] ?? spec.defaultValue
  }
}

extension ParameterSpec {
  /// The value in the parameter's own type: whole numbers are numbers, and choices lose their other spellings.
  ///
  /// - Throws: `badParameter` for another type, or a number out of range.
  package func checked(_ value: ParameterValue) throws(MergeError) -> ParameterValue {
    switch (kind, value) {
    case (.number(let range), .number(let number)):
      guard number.isFinite, range.contains(number) else { throw refusal(value.text) }
      return value
    case (.number, .integer(let number)): return try checked(.number(Double(number)))
    case (.integer(let range), .integer(let number)):
      guard range.contains(number) else { throw refusal(value.text) }
      return value
    case (.integer, .number(let number)):
      guard let whole = Int(exactly: number) else { throw refusal(value.text) }
      return try checked(.integer(whole))
    case (.flag, .flag): return value
    case (.choice(let words, let aliases), .choice(let word)):
      let meant = aliases[word] ?? word
      guard words.contains(meant) else { throw refusal(word) }
      return .choice(meant)
    case (.choice, .flag(let flag)): return try checked(.choice(flag ? "true" : "false"))
    default: throw refusal(value.text)
    }
  }

  /// Reads what a user wrote.
  ///
  /// - Throws: `badParameter`.
  package func parse(_ text: String) throws(MergeError) -> ParameterValue {
    switch kind {
    case .number:
      guard let number = Double(text) else { throw refusal(text) }
      return try checked(.number(number))
    case .integer:
      guard let number = Int(text) else { throw refusal(text) }
      return try checked(.integer(number))
    case .flag:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .flag(true)
      case "false", "no", "off", "0": return .flag(false)
      default: throw refusal(text)
      }
    case .choice: return try checked(.choice(text))
    }
  }

  /// "a number from 0 to 1".
  package var allowed: String {
    switch kind {
    case .number(let range):
      switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
      case (false, false): "a number"
      case (true, false): "a number, at least \(ParameterValue.number(range.lowerBound).text)"
      case (false, true): "a number, at most \(ParameterValue.number(range.upperBound).text)"
      case (true, true):
        "a number from \(ParameterValue.number(range.lowerBound).text) to \(ParameterValue.number(range.upperBound).text)"
      }
    case .integer(let range):
      range.upperBound == Int.max
        ? "a whole number, at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .choice(let words, _): "one of " + words.joined(separator: ", ")
    }
  }

  private func refusal(_ text: String) -> MergeError {
    MergeError(.badParameter, "'\(name)' is \(allowed), not '\(text)'")
  }
}
