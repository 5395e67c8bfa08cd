/// The full name of a ref, such as `refs/heads/main`, checked by git's check-ref-format rules.
package struct RefName: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  private static let branchPrefix = "refs/heads/"

  package init(_ text: String) throws(StoreError) {
    if let fault = RefName.fault(in: text) {
      throw StoreError(.invalidName, "'\(text)' is not a valid ref name: \(fault)", subjects: [text])
    }
    self.text = text
  }

  /// `refs/heads/<branch>`.
  package static func branch(_ branch: String) throws(StoreError) -> RefName {
    guard branch != "HEAD", branch != "@", !branch.hasPrefix("-") else {
      throw StoreError(.invalidName, "'\(branch)' is not a valid branch name", subjects: [branch])
    }
    guard fault(in: branchPrefix + branch) == nil else {
      throw StoreError(
        .invalidName, "'\(branch)' is not a valid branch name: \(fault(in: branchPrefix + branch) ?? "")",
        subjects: [branch])
    }
    return try RefName(branchPrefix + branch)
  }

  /// The branch's short name, or `nil` for other refs.
  package var branchName: String? {
    text.hasPrefix(RefName.branchPrefix) ? String(text.dropFirst(RefName.branchPrefix.count)) : nil
  }

  package var description: String { text }

  package static func < (left: RefName, right: RefName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  private static func fault(in text: String) -> String? {
    if text.utf8.count > 1024 { return "it is longer than 1024 bytes" }
    for scalar in text.unicodeScalars where scalar.value < 0x20 || scalar.value == 0x7f {
      return "it has a control character"
    }
    for character in " ~^:?*[\\" where text.contains(character) { return "it has '\(character)'" }
    if text.contains("..") { return "it has '..'" }
    if text.contains("@{") { return "it has '@{'" }
    if text.hasSuffix(".") { return "it ends with '.'" }
    let components = text.split(separator: "/", omittingEmptySubsequences: false)
    if components.count < 2 { return "it has no '/'" }
    for component in components {
      if component.isEmpty { return "it has an empty part" }
      if component.hasPrefix(".") { return "a part starts with '.'" }
      if component.hasSuffix(".lock") { return "a part ends with '.lock'" }
    }
    return nil
  }
}
