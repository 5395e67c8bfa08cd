import Tensors

/// The commit that last changed each tensor.
extension Repository {
  package struct BlamedTensor: Sendable {
    /// `nil` for a file that is not made of tensors: the whole of it.
    package let tensor: Manifest.Tensor?
    package let id: ObjectID<Commit>
    package let commit: Commit
    /// What the file was called there.
    package let path: RelativePath
  }

  /// Whose work the tensors of a file are, in the order of the file. No weight is read: hashes say what is equal.
  ///
  /// Through a merge each tensor is followed to the first parent that has it just so; one that no parent has is the
  /// merge's own. A file that was moved is followed to the files that left in the same commit.
  ///
  /// - Parameters:
  ///   - patterns: only tensors whose names match one of these; all if empty.
  ///   - progress: told how many commits were looked at.
  /// - Throws: `StoreError.unknownPath` if the commit has no such file.
  package func blame(
    _ path: RelativePath, in start: ObjectID<Commit>, tensors patterns: [NamePattern] = [],
    progress: (Int) -> Void = { _ in }
  ) throws(StoreError) -> [BlamedTensor] {
    guard let entry = try tree(of: start).entries[path] else {
      throw StoreError(.unknownPath, "'\(path)' is no file of \(start.short)", subjects: [path.text])
    }
    let manifest = try store.load(entry.manifest)
    let segments = manifest.segments.filter { segment in
      guard let tensor = segment.tensor else { return false }
      return patterns.isEmpty || patterns.contains { $0.matches(tensor.name) }
    }
    let isWhole = manifest.format == .bytes && patterns.isEmpty
    var walk = BlameWalk(isWhole ? [nil] : segments.map(\.self), store)
    return try walk.run(from: start, path, progress: progress)
  }
}
