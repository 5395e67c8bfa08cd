extension JSONValue {
  /// The one byte sequence that stands for this value, to be hashed and stored.
  ///
  /// - Members are sorted by the UTF-8 bytes of their keys; there is no white space.
  /// - Strings are UTF-8 with the shortest escapes: `\"` `\\` `\b` `\f` `\n` `\r` `\t`, and `\u00xx` in lower-case
  ///   hexadecimal for other characters below U+0020. Nothing else is escaped.
  /// - Integers are plain decimal. Other numbers are the shortest digits that read back as the same value, laid out as
  ///   ECMAScript's Number::toString does (ECMA-262 §6.1.6.1.20, as in RFC 8785): `0.5`, `1e-7`, `1e+21`; −0 is `0`.
  ///   So `.integer(1)` and `.number(1)` are the same bytes. A number that is not finite is written as `null`.
  package func canonicalBytes() -> [UInt8] {
    var writer = JSONWriter(isSorted: true, indentation: nil)
    writer.write(self)
    return writer.output
  }

  /// The canonical text, but with members in their own order.
  package func compactBytes() -> [UInt8] {
    var writer = JSONWriter(isSorted: false, indentation: nil)
    writer.write(self)
    return writer.output
  }

  /// Text for people: members in their own order, one element a line, indented.
  ///
  /// - Parameter indent: spaces per level.
  package func prettyString(indent: Int = 2) -> String {
    var writer = JSONWriter(isSorted: false, indentation: max(0, indent))
    writer.write(self)
    return String(decoding: writer.output, as: UTF8.self)
  }
}

/// Appends JSON text to bytes.
struct JSONWriter {
  /// Whether members are put in the order of their keys' bytes.
  let isSorted: Bool
  /// Spaces per level; nil for no white space at all.
  let indentation: Int?

  private(set) var output: [UInt8] = []
  private var level = 0

  init(isSorted: Bool, indentation: Int?) {
    self.isSorted = isSorted
    self.indentation = indentation
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: write("null")
    case .bool(let value): write(value ? "true" : "false")
    case .integer(let value): write(String(value))
    case .number(let value): write(ECMAScriptNumber.text(value) ?? "null")
    case .string(let value): writeString(value)
    case .array(let elements):
      writeContainer(elements, open: "[", close: "]") { writer, element in writer.write(element) }
    case .object(let object):
      let members = isSorted ? object.members.sorted { JSONKey($0.key) < JSONKey($1.key) } : object.members
      writeContainer(members, open: "{", close: "}") { writer, member in
        writer.writeString(member.key)
        writer.write(writer.indentation == nil ? ":" : ": ")
        writer.write(member.value)
      }
    }
  }

  private mutating func write(_ text: String) {
    output.append(contentsOf: text.utf8)
  }

  private mutating func writeContainer<Element>(
    _ elements: [Element], open: String, close: String, _ writeElement: (inout JSONWriter, Element) -> Void
  ) {
    write(open)
    level += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { write(",") }
      breakLine()
      writeElement(&self, element)
    }
    level -= 1
    if !elements.isEmpty { breakLine() }
    write(close)
  }

  private mutating func breakLine() {
    guard let indentation else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: indentation * level))
  }

  private mutating func writeString(_ text: String) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x08: write("\\b")
      case 0x09: write("\\t")
      case 0x0A: write("\\n")
      case 0x0C: write("\\f")
      case 0x0D: write("\\r")
      case 0..<0x10: write("\\u000" + String(byte, radix: 16))
      case 0x10..<0x20: write("\\u00" + String(byte, radix: 16))
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
