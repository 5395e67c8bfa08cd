/// A path below the working folder, safe to write: no way out, no control folder, no empty parts.
package struct RelativePath: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Components joined by "/".
  package let text: String

  package init(_ text: String) throws(StoreError) {
    guard !text.isEmpty, text.utf8.count <= 4096, !text.utf8.contains(0) else {
      throw StoreError(.unsafePath, "'\(text)' is not a usable path", subjects: [text])
    }
    for component in text.split(separator: "/", omittingEmptySubsequences: false) {
      guard !component.isEmpty, component != ".", component != "..", component.utf8.count <= 255 else {
        throw StoreError(.unsafePath, "'\(text)' has an unsafe part '\(component)'", subjects: [text])
      }
      guard !RelativePath.isControlFolder(String(component)) else {
        throw StoreError(.unsafePath, "'\(text)' leads into the control folder", subjects: [text])
      }
    }
    self.text = text
  }

  package var components: [String] { text.split(separator: "/").map(String.init) }
  package var name: String { components.last ?? text }

  /// The folders above, outermost first: `a/b/c` has `a` and `a/b`.
  package var ancestors: [RelativePath] {
    let components = self.components
    return (1..<max(1, components.count)).map { RelativePath(unchecked: components[..<$0].joined(separator: "/")) }
  }

  package var description: String { text }

  // Bytes decide: Swift's own `==` would take two different file names that look alike for one.
  package static func == (left: RelativePath, right: RelativePath) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  package static func < (left: RelativePath, right: RelativePath) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  private init(unchecked text: String) {
    self.text = text
  }

  /// `.wgit` in any spelling that a case-folding or normalising file system could take for it. Invisible characters
  /// that such systems ignore are dropped before comparing; trailing dots and spaces vanish on others.
  static func isControlFolder(_ component: String) -> Bool {
    let visible = component.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
    var name = String(String.UnicodeScalarView(visible)).lowercased()
    while name.hasSuffix(".") || name.hasSuffix(" ") { name.removeLast() }
    return name == ".wgit" || name == ".git"
  }
}
