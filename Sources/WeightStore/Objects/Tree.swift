import Documents

/// A snapshot of the working folder: every path with the manifest of its file.
package struct Tree: CanonicalObject, Hashable {
  package static let kind = ObjectKind.tree

  package enum FileKind: String, Sendable {
    /// A file of tensors: compared, merged and trained tensor by tensor.
    case checkpoint
    /// Any other file: bytes.
    case file
  }

  package struct Entry: Hashable, Sendable {
    package let kind: FileKind
    package let isExecutable: Bool
    package let byteCount: Int
    /// SHA-256 of the whole file, so that a changed file is seen without its manifest.
    package let sha256: Digest
    package let manifest: ObjectID<Manifest>

    package init(
      kind: FileKind, isExecutable: Bool, byteCount: Int, sha256: Digest, manifest: ObjectID<Manifest>
    ) {
      self.kind = kind
      self.isExecutable = isExecutable
      self.byteCount = byteCount
      self.sha256 = sha256
      self.manifest = manifest
    }
  }

  package var entries: [RelativePath: Entry]

  package init(entries: [RelativePath: Entry] = [:]) {
    self.entries = entries
  }

  /// In the order of their bytes.
  package var paths: [RelativePath] { entries.keys.sorted() }

  package var fields: JSONObject {
    let items = entries.sorted { $0.key < $1.key }.map { path, entry in
      JSONValue.object(
        JSONObject([
          ("byteCount", .integer(Int64(entry.byteCount))),
          ("executable", .bool(entry.isExecutable)),
          ("kind", .string(entry.kind.rawValue)),
          ("manifest", .string(entry.manifest.hex)),
          ("path", .string(path.text)),
          ("sha256", .string(entry.sha256.hex)),
        ]))
    }
    return JSONObject([("entries", .array(items))])
  }

  package init(fields: ObjectFields) throws(StoreError) {
    var entries: [RelativePath: Entry] = [:]
    for item in try fields.objects("entries") {
      let path = try RelativePath(try item.string("path"))
      guard let kind = FileKind(rawValue: try item.string("kind")),
        let isExecutable = item.optional("executable")?.boolValue
      else { throw item.wrong("kind", "an entry that this wgit knows") }
      let entry = Entry(
        kind: kind, isExecutable: isExecutable, byteCount: try item.count("byteCount"),
        sha256: try item.digest("sha256"), manifest: ObjectID(try item.digest("manifest")))
      try item.finish()
      guard entries.updateValue(entry, forKey: path) == nil else {
        throw StoreError(.malformedObject, "tree: '\(path)' stands twice")
      }
    }
    self.entries = entries
    try checkNoFileIsAFolder()
  }

  /// `a` and `a/b` cannot both be files.
  package func checkNoFileIsAFolder() throws(StoreError) {
    for path in entries.keys {
      for ancestor in path.ancestors where entries[ancestor] != nil {
        throw StoreError(.malformedObject, "tree: '\(ancestor)' is a file and the folder of '\(path)'")
      }
    }
  }
}
