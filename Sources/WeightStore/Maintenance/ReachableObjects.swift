/// Names one object of any kind.
struct ObjectKey: Hashable, Sendable {
  let kind: ObjectKind
  let id: Digest
}

/// Everything that refs, the stage and the operation log need: what garbage collection must keep.
struct ReachableObjects {
  private(set) var keys: Set<ObjectKey> = []
  private let store: ObjectStore

  init(store: ObjectStore) {
    self.store = store
  }

  func contains(_ id: Digest, kind: ObjectKind) -> Bool { keys.contains(ObjectKey(kind: kind, id: id)) }

  /// Marks commits with all their ancestors, the ingredients of merges, trees, manifests and chunks.
  ///
  /// - Throws: `StoreError.missingObject` or `.corruptObject`: with damage around, what is garbage is not known.
  mutating func mark(commits starts: [ObjectID<Commit>]) throws(StoreError) {
    var open = starts
    while let id = open.popLast() {
      guard insert(id) else { continue }
      let commit = try store.load(id)
      open += commit.parents
      // Replaying a merge needs what it was made of, even if that is no parent.
      for needed in commit.recipe.commits where try store.contains(needed) { open.append(needed) }
      guard insert(commit.tree) else { continue }
      for entry in try store.load(commit.tree).entries.values { try mark(manifest: entry.manifest) }
    }
  }

  mutating func mark(manifest id: ObjectID<Manifest>) throws(StoreError) {
    guard insert(id) else { return }
    for segment in try store.load(id).segments {
      for chunk in segment.chunks { insert(chunk) }
    }
  }

  mutating func mark(operation id: ObjectID<Operation>) { insert(id) }

  mutating func mark(result id: ObjectID<CertificateResult>) { insert(id) }

  /// Marks what marked objects are coded against.
  mutating func markBases(_ entries: [ObjectIndex.Entry]) {
    var bases: [ObjectKey: [ObjectKey]] = [:]
    for entry in entries where !entry.record.baseIDs.isEmpty {
      let kind = entry.record.kind
      bases[ObjectKey(kind: kind, id: entry.record.id)] = entry.record.baseIDs.map { ObjectKey(kind: kind, id: $0) }
    }
    var open = keys.flatMap { bases[$0] ?? [] }
    while let key = open.popLast() {
      if keys.insert(key).inserted { open += bases[key] ?? [] }
    }
  }

  @discardableResult
  private mutating func insert<Object: ObjectType>(_ id: ObjectID<Object>) -> Bool {
    keys.insert(ObjectKey(kind: Object.kind, id: id.digest)).inserted
  }
}

extension Repository {
  /// - Parameter undoSince: operations since then can still be undone after a collection, in seconds since 1970.
  func reachableObjects(undoSince: Int64) throws(StoreError) -> ReachableObjects {
    var reachable = ReachableObjects(store: store)
    var commits = try tips()
    for (_, operation) in try operations(limit: .max) {
      reachable.mark(operation: operation.id)
      guard operation.unixSeconds >= undoSince else { continue }
      commits += operation.refChanges.flatMap { [$0.before, $0.after].compactMap { $0 } }
      for case .detached(let id) in [operation.headBefore, operation.headAfter] { commits.append(id) }
    }
    if let merge = try openMerge() {
      commits += merge.specification.recipe().commits + merge.specification.sides
    }
    try reachable.mark(commits: commits)
    for file in try stage().values { try reachable.mark(manifest: file.entry.manifest) }
    for id in try database.read({ try CertificateResultTable.all(in: $0) }) {
      let result = try store.load(id)
      if reachable.contains(result.commit.digest, kind: .commit) { reachable.mark(result: id) }
    }
    reachable.markBases(try database.read { try ObjectIndex.allEntries(in: $0) })
    return reachable
  }
}
