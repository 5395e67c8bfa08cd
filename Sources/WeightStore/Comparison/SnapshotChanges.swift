/// What differs between two trees, from ids alone: no weight is read.
package struct SnapshotChanges: Sendable {
  package enum Kind: String, Sendable {
    case added
    case deleted
    case modified
  }

  package struct FileChange: Sendable {
    package let path: RelativePath
    package let kind: Kind
    package let before: Tree.Entry?
    package let after: Tree.Entry?
  }

  /// Sorted by path.
  package let files: [FileChange]
  /// Tensors of changed checkpoints that are new or have other bytes, dtype or shape.
  package let changedTensorCount: Int
  /// Tensors of all checkpoints of the new tree.
  package let tensorCount: Int
  /// Chunks that only the new tree needs.
  package let newChunks: Set<ObjectID<Blob>>

  package init(from before: Tree, to after: Tree, store: ObjectStore) throws(StoreError) {
    files = SnapshotChanges.fileChanges(from: before.entries, to: after.entries)
    var oldChunks: Set<ObjectID<Blob>> = []
    var newChunks: Set<ObjectID<Blob>> = []
    var changed = 0
    var total = 0
    for change in files {
      let old = try change.before.map { entry throws(StoreError) in try store.load(entry.manifest) }
      let new = try change.after.map { entry throws(StoreError) in try store.load(entry.manifest) }
      oldChunks.formUnion(old?.segments.flatMap(\.chunks) ?? [])
      newChunks.formUnion(new?.segments.flatMap(\.chunks) ?? [])
      let known = Dictionary(
        (old?.tensors ?? []).map { (TensorName($0.tensor.name), $0.segment) }, uniquingKeysWith: { first, _ in first })
      changed += (new?.tensors ?? []).count { known[TensorName($0.tensor.name)] != $0.segment }
    }
    for entry in after.entries.values where entry.kind == .checkpoint {
      total += try store.load(entry.manifest).tensors.count
    }
    changedTensorCount = changed
    tensorCount = total
    self.newChunks = newChunks.subtracting(oldChunks)
  }

  package static func fileChanges(
    from before: [RelativePath: Tree.Entry], to after: [RelativePath: Tree.Entry]
  ) -> [FileChange] {
    Set(before.keys).union(after.keys).sorted().compactMap { path in
      let old = before[path]
      let new = after[path]
      guard old != new else { return nil }
      let kind: Kind = old == nil ? .added : new == nil ? .deleted : .modified
      return FileChange(path: path, kind: kind, before: old, after: new)
    }
  }
}

extension ObjectStore {
  /// Payload bytes in packs of the given chunks.
  func storedByteCount(of chunks: Set<ObjectID<Blob>>) throws(StoreError) -> Int {
    try entries(of: chunks).reduce(0) { $0 + $1.record.storedByteCount }
  }
}
