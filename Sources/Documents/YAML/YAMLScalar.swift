/// A scalar of a YAML document, typed by the core schema of YAML 1.2 (§10.3.2): quoted text is a string; `null`, `~` and
/// nothing are null; `true` and `false` are booleans (`yes` and `on` are strings); decimal, `0x` and `0o` integers;
/// decimal floats, also without a point (`1e-3`), `.inf` and `.nan`; anything else is a string.
enum YAMLScalar {
  case null
  case bool(Bool)
  case integer(Int64, source: String)
  case number(Double, source: String)
  case string(String)

  init(text: String, isQuoted: Bool) {
    guard !isQuoted else {
      self = .string(text)
      return
    }
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    default:
      if let value = Self.integer(text) {
        self = .integer(value, source: text)
      } else if let value = Self.number(text) {
        self = .number(value, source: text)
      } else {
        self = .string(text)
      }
    }
  }

  private static func integer(_ text: String) -> Int64? {
    if text.hasPrefix("0x") { return unsigned(text.dropFirst(2), radix: 16) }
    if text.hasPrefix("0o") { return unsigned(text.dropFirst(2), radix: 8) }
    return Int64(text)
  }

  private static func unsigned(_ digits: Substring, radix: Int) -> Int64? {
    digits.first.map { $0 != "-" && $0 != "+" } == true ? Int64(digits, radix: radix) : nil
  }

  /// `[-+]? (.[0-9]+ | [0-9]+ (.[0-9]*)?) ([eE][-+]?[0-9]+)?`, `[-+]?.inf` and `.nan`.
  private static func number(_ text: String) -> Double? {
    let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    if unsigned == ".inf" || unsigned == ".Inf" || unsigned == ".INF" {
      return text.first == "-" ? -Double.infinity : Double.infinity
    }
    if text == ".nan" || text == ".NaN" || text == ".NAN" { return .nan }
    // Swift also reads hexadecimal floats, "inf" and "nan", which YAML does not.
    let isDecimal = unsigned.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || ".eE+-".utf8.contains(byte)
    }
    guard isDecimal, unsigned.utf8.first.map({ $0 == UInt8(ascii: ".") || $0 < UInt8(ascii: ":") }) == true else {
      return nil
    }
    return Double(text)
  }

  /// The value as a message names it.
  var summary: String {
    switch self {
    case .null: "nothing"
    case .bool(let value): "the boolean \(value)"
    case .integer(_, let source): "the integer \(source.prefix(60))"
    case .number(_, let source): "the number \(source.prefix(60))"
    case .string(let text): "the string \(text.quoted(limit: 60))"
    }
  }

  /// The value in JSON; infinities and NaN, which JSON lacks, as their text.
  var jsonValue: JSONValue {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value, _): .integer(value)
    case .number(let value, let source): value.isFinite ? .number(value) : .string(source)
    case .string(let text): .string(text)
    }
  }
}
