import Documents

/// A merge that stopped at conflicts and waits for a person.
package struct OpenMerge: Hashable, Sendable {
  /// A file that is no checkpoint and has to be looked at.
  package struct File: Hashable, Sendable {
    package let path: RelativePath
    /// SHA-256 of the text between markers that was written to the working folder.
    package let marked: Digest?
  }

  package var specification: MergeSpecification
  /// What the sides are called, ours first.
  package var names: [String]
  package var message: String
  package var isGated: Bool
  /// Results with NaN or infinity are refused.
  package var isStrict: Bool
  /// What has not been settled yet.
  package var files: [File] = []
  /// Files with conflicts that a person staged: the result has them as they are staged.
  package var settledFiles: Set<RelativePath> = []
  package var tensorConflictCount = 0

  package init(
    specification: MergeSpecification, names: [String], message: String, isGated: Bool, isStrict: Bool
  ) {
    self.specification = specification
    self.names = names
    self.message = message
    self.isGated = isGated
    self.isStrict = isStrict
  }

  var json: JSONValue {
    [
      "files": .array(
        files.map { ["path": .string($0.path.text), "marked": $0.marked.map { .string($0.hex) } ?? .null] }),
      "gated": .bool(isGated),
      "message": .string(message),
      "names": .array(names.map { .string($0) }),
      "recipe": specification.recipe().json,
      "settled": .array(settledFiles.sorted().map { .string($0.text) }),
      "strict": .bool(isStrict),
      "tensorConflicts": .integer(Int64(tensorConflictCount)),
    ]
  }

  init(json: JSONValue) throws(StoreError) {
    let fields = try ObjectFields(json, subject: "open merge")
    specification = try MergeSpecification(Recipe(json: fields.optional("recipe") ?? .null))
    names = try fields.array("names").compactMap(\.stringValue)
    guard names.count == specification.sides.count else { throw fields.wrong("names", "one name for each side") }
    message = try fields.string("message")
    isGated = fields.optional("gated")?.boolValue ?? false
    isStrict = fields.optional("strict")?.boolValue ?? false
    tensorConflictCount = try fields.count("tensorConflicts")
    for value in try fields.array("settled") {
      guard let path = value.stringValue else { throw fields.wrong("settled", "a list of paths") }
      settledFiles.insert(try RelativePath(path))
    }
    for item in try fields.objects("files") {
      files.append(File(path: try RelativePath(item.string("path")), marked: try item.optionalDigest("marked")))
    }
  }
}
