import Glibc

/// A pattern of tensor names and paths, as shells have them: `*` for anything, dots and slashes included, `?` for one
/// character, `[…]` for one of several, a backslash before a character that stands for itself.
package struct NamePattern: Hashable, Sendable {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  /// The pattern that this name alone matches.
  package static func literal(_ name: String) -> NamePattern {
    NamePattern(name.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined())
  }

  package func matches(_ name: String) -> Bool { fnmatch(text, name, 0) == 0 }
}
