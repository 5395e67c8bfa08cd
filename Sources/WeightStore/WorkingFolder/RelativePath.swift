/// A path below the working folder, safe to write: no way out, no control folder, no empty parts.
package struct RelativePath: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Components joined by "/".
  package let text: String

  package init(_ text: String) throws(StoreError) {
    guard !text.isEmpty, text.utf8.count <= 4096, !text.utf8.contains(0) else {
      throw StoreError(.unsafePath, "'\(text)' is not a usable path", subjects: [text])
    }
    for component in RelativePath.components(of: text) {
      guard !component.isEmpty, component != ".", component != "..", component.utf8.count <= 255 else {
        throw StoreError(.unsafePath, "'\(text)' has an unsafe part '\(component)'", subjects: [text])
      }
      guard !RelativePath.isControlFolder(component) else {
        throw StoreError(.unsafePath, "'\(text)' leads into the control folder", subjects: [text])
      }
    }
    self.text = text
  }

  package var components: [String] { RelativePath.components(of: text) }
  package var name: String { components.last ?? text }

  /// The parts between slashes. The system cuts at every slash byte; Swift's own `Character`s do not, because a combining
  /// mark after a slash joins it: `../\u{301}x` would pass as one harmless part.
  private static func components(of text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
  }

  /// Whether this path lies below the folder `folder`.
  package func isBelow(_ folder: RelativePath) -> Bool {
    text.utf8.count > folder.text.utf8.count + 1 && text.utf8.starts(with: folder.text.utf8)
      && text.utf8.dropFirst(folder.text.utf8.count).first == UInt8(ascii: "/")
  }

  /// The folders above, outermost first: `a/b/c` has `a` and `a/b`.
  package var ancestors: [RelativePath] {
    let components = self.components
    return (1..<max(1, components.count)).map { RelativePath(unchecked: components[..<$0].joined(separator: "/")) }
  }

  /// The path of another file in the same folder.
  package func beside(_ name: String) throws(StoreError) -> RelativePath {
    try RelativePath((ancestors.last.map { "\($0.text)/" } ?? "") + name)
  }

  package var description: String { text }

  // Bytes decide: Swift's own `==` would take two different file names that look alike for one.
  package static func == (left: RelativePath, right: RelativePath) -> Bool {
    left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    TensorName(text).hash(into: &hasher)
  }

  package static func < (left: RelativePath, right: RelativePath) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  private init(unchecked text: String) {
    self.text = text
  }

  private static let controlNames: Set<String> = [".wgit", ".git", "wgit~1", "git~1"]

  /// `.wgit` in any spelling that some file system could take for it: invisible characters and case are ignored by some;
  /// trailing dots and spaces, streams after ":" and short names count on others, and there "\\" is a slash.
  static func isControlFolder(_ component: String) -> Bool {
    let visible = component.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }
    return visible.split(separator: "\\").contains { part in
      var name = part.prefix { $0 != ":" }
      while name.last == "." || name.last == " " { name.removeLast() }
      return controlNames.contains(String(name).lowercased())
    }
  }
}
