/// The full name of a ref, such as `refs/heads/main`, checked by git's check-ref-format rules.
package struct RefName: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let text: String

  private static let branchPrefix = "refs/heads/"
  private static let tagPrefix = "refs/tags/"
  private static let candidatePrefix = "refs/candidates/"
  private static let stepPrefix = "refs/steps/"

  private init(valid text: String) { self.text = text }

  package init(_ text: String) throws(StoreError) {
    if let fault = RefName.fault(in: text) {
      throw StoreError(.invalidName, "'\(text)' is not a valid ref name: \(fault)", subjects: [text])
    }
    self.text = text
  }

  /// `refs/heads/<branch>`.
  package static func branch(_ branch: String) throws(StoreError) -> RefName {
    guard branch != "HEAD", branch != "@", branch.utf8.first != UInt8(ascii: "-") else {
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
    text.utf8.starts(with: RefName.branchPrefix.utf8)
      ? String(Substring(text.utf8.dropFirst(RefName.branchPrefix.utf8.count))) : nil
  }

  /// `refs/tags/<tag>`.
  package static func tag(_ tag: String) throws(StoreError) -> RefName {
    guard tag.utf8.first != UInt8(ascii: "-"), fault(in: tagPrefix + tag) == nil else {
      throw StoreError(
        .invalidName, "'\(tag)' is not a valid tag name: \(fault(in: tagPrefix + tag) ?? "it starts with '-'")",
        subjects: [tag])
    }
    return try RefName(tagPrefix + tag)
  }

  /// The tag's short name, or `nil` for other refs.
  package var tagName: String? {
    text.utf8.starts(with: RefName.tagPrefix.utf8)
      ? String(Substring(text.utf8.dropFirst(RefName.tagPrefix.utf8.count))) : nil
  }

  /// Where a commit that may become the tip of a branch waits.
  package static func candidate(of branch: String) throws(StoreError) -> RefName {
    try RefName(candidatePrefix + branch)
  }

  /// Where the result of a computation stands that has this key.
  package static func step(_ key: Digest) -> RefName { RefName(valid: stepPrefix + key.hex) }

  /// The key of the step whose result this is, or `nil` for other refs.
  package var stepKey: Digest? {
    text.utf8.starts(with: RefName.stepPrefix.utf8)
      ? Digest(hex: String(Substring(text.utf8.dropFirst(RefName.stepPrefix.utf8.count)))) : nil
  }

  var isCandidate: Bool { text.utf8.starts(with: RefName.candidatePrefix.utf8) }

  package var description: String { text }

  // Bytes decide, as in `RelativePath`.
  package static func == (left: RefName, right: RefName) -> Bool {
    TensorName(left.text) == TensorName(right.text)
  }

  package func hash(into hasher: inout Hasher) { TensorName(text).hash(into: &hasher) }

  package static func < (left: RefName, right: RefName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  /// Looks at bytes, not at `Character`s: a combining mark would hide the ASCII character before it.
  private static func fault(in text: String) -> String? {
    let bytes = Array(text.utf8)
    if bytes.count > 1024 { return "it is longer than 1024 bytes" }
    for byte in bytes where byte < 0x20 || byte == 0x7f { return "it has a control character" }
    for character in " ~^:?*[\\".unicodeScalars where bytes.contains(UInt8(ascii: character)) {
      return "it has '\(character)'"
    }
    if contains(bytes, "..") { return "it has '..'" }
    if contains(bytes, "@{") { return "it has '@{'" }
    if bytes.last == UInt8(ascii: ".") { return "it ends with '.'" }
    let components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    if components.count < 2 { return "it has no '/'" }
    for component in components {
      if component.isEmpty { return "it has an empty part" }
      if component.first == UInt8(ascii: ".") { return "a part starts with '.'" }
      if component.suffix(5).elementsEqual(".lock".utf8) { return "a part ends with '.lock'" }
    }
    return nil
  }

  private static func contains(_ bytes: [UInt8], _ pair: StaticString) -> Bool {
    let wanted = pair.withUTF8Buffer { ($0[0], $0[1]) }
    return zip(bytes, bytes.dropFirst()).contains { $0 == wanted }
  }
}
