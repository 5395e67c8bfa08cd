import Glibc

/// A pattern of tensor names and paths: `*` for anything, dots and slashes included, `?` for one character, `[…]` for one
/// of several.
package struct NamePattern: Hashable, Sendable {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package func matches(_ name: String) -> Bool { fnmatch(text, name, 0) == 0 }
}
