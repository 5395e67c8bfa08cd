/// Elements and text of HTML, SVG and other XML. Text is only ever escaped here, so nothing that a repository holds can become
/// markup.
///
/// What is written is well-formed XML and valid HTML at once: every element is closed.
package indirect enum Markup: Sendable, Equatable {
  case text(String)
  case element(String, attributes: [Attribute], children: [Markup])

  package struct Attribute: Sendable, Equatable {
    package let name: String
    package let value: String
  }

  /// `.element("a", ["href": "x.html"], [.text("x")])`.
  package static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []
  ) -> Markup {
    .element(name, attributes: attributes.map { Attribute(name: $0.key, value: $0.value) }, children: children)
  }

  /// An element with text alone.
  package static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String
  ) -> Markup {
    .element(name, attributes, [.text(text)])
  }

  package var source: String {
    var source = ""
    write(to: &source)
    return source
  }

  private func write(to source: inout String) {
    switch self {
    case .text(let text): source += Markup.escape(text)
    case .element(let name, let attributes, let children):
      source += "<\(name)"
      for attribute in attributes {
        source += " \(attribute.name)=\"\(Markup.escape(attribute.value, inAttribute: true))\""
      }
      if children.isEmpty && Markup.canBeEmpty.contains(name) {
        source += "/>"
        return
      }
      source += ">"
      for child in children { child.write(to: &source) }
      source += "</\(name)>"
    }
  }

  /// Elements of HTML that have no end tag, and those of SVG that hold nothing. All others need one, even if empty.
  private static let canBeEmpty: Set<String> = [
    "meta", "link", "br", "hr", "col", "path", "line", "rect", "circle", "polyline", "polygon",
  ]

  /// Characters that XML and HTML cannot hold become U+FFFD. Marks that change the direction of text, and line ends that are
  /// not ASCII's, are shown as `\u{202e}`: they could make a name look like another one.
  package static func escape(_ text: String, inAttribute: Bool = false) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: escaped += "&amp;"
      case 0x3C: escaped += "&lt;"
      case 0x3E: escaped += "&gt;"
      case 0x22: escaped += "&quot;"
      case 0x09 where inAttribute: escaped += "&#9;"
      case 0x0A where inAttribute: escaped += "&#10;"
      case 0x0D where inAttribute: escaped += "&#13;"
      case 0x09, 0x0A: escaped.unicodeScalars.append(scalar)
      case _ where shown(scalar) != nil: escaped += shown(scalar) ?? ""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// What stands for a scalar that must not stand for itself.
  static func shown(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF: "\u{FFFD}"
    case let value where value & 0xFFFE == 0xFFFE: "\u{FFFD}"
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029:
      "\\u{\(String(scalar.value, radix: 16))}"
    default: nil
    }
  }
}
