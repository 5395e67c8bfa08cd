/// What takes the space.
package struct DiskUsage: Sendable {
  package struct BranchUsage: Sendable {
    package let name: String
    /// Stored bytes of everything the branch needs.
    package let byteCount: Int
    /// The part of it that no other ref needs: what deleting the branch would free.
    package let ownByteCount: Int
  }

  package struct CommitUsage: Sendable {
    package let id: ObjectID<Commit>
    package let subject: String
    /// Stored bytes of the chunks that come with this commit: its first parents do not have them.
    package let byteCount: Int
  }

  package struct TensorUsage: Sendable {
    package let path: RelativePath
    package let name: String
    /// Stored and raw bytes of all its versions.
    package let byteCount: Int
    package let rawByteCount: Int
    package let versionCount: Int
  }

  package let branches: [BranchUsage]
  /// Oldest first.
  package let commits: [CommitUsage]
  /// Largest first.
  package let tensors: [TensorUsage]
  package let objectCount: Int
  package let packByteCount: Int
  package let trashByteCount: Int
}

extension Repository {
  /// Stored bytes by ref, by commit and by tensor. A chunk that several share is counted once within each row.
  package func diskUsage() throws -> DiskUsage {
    let entries = try database.read { try ObjectIndex.allEntries(in: $0) }
    let sizes = Dictionary(
      entries.map { ($0.key, $0.record.storedByteCount) },
      uniquingKeysWith: { first, _ in first })
    return DiskUsage(
      branches: try branchUsage(sizes), commits: try commitUsage(sizes), tensors: try tensorUsage(entries),
      objectCount: entries.count,
      packByteCount: try database.read { try ObjectIndex.packs(in: $0) }.reduce(0) { $0 + $1.byteCount },
      trashByteCount: try Trash(layout: layout).files().reduce(0) { $0 + $1.byteCount })
  }

  private func branchUsage(_ sizes: [ObjectKey: Int]) throws(StoreError) -> [DiskUsage.BranchUsage] {
    var needs: [(name: String, keys: Set<ObjectKey>)] = []
    for ref in try refs() {
      var reachable = ReachableObjects(store: store)
      try reachable.mark(commits: [ref.target])
      needs.append((ref.name.branchName ?? ref.name.text, reachable.keys))
    }
    var owners: [ObjectKey: Int] = [:]
    for need in needs { for key in need.keys { owners[key, default: 0] += 1 } }
    return needs.map { need in
      DiskUsage.BranchUsage(
        name: need.name, byteCount: need.keys.reduce(0) { $0 + sizes[$1, default: 0] },
        ownByteCount: need.keys.reduce(0) { $0 + (owners[$1] == 1 ? sizes[$1, default: 0] : 0) })
    }
  }

  private func commitUsage(_ sizes: [ObjectKey: Int]) throws(StoreError) -> [DiskUsage.CommitUsage] {
    var seen: Set<ObjectID<Blob>> = []
    var rows: [DiskUsage.CommitUsage] = []
    for (id, commit) in try graph.log(from: refs().map(\.target)).reversed() {
      var byteCount = 0
      for entry in try store.load(commit.tree).entries.values {
        for chunk in try store.load(entry.manifest).segments.flatMap(\.chunks) where seen.insert(chunk).inserted {
          byteCount += sizes[ObjectKey(kind: .blob, id: chunk.digest), default: 0]
        }
      }
      rows.append(DiskUsage.CommitUsage(id: id, subject: commit.subject, byteCount: byteCount))
    }
    return rows
  }

  private struct TensorKey: Hashable {
    let path: RelativePath
    let name: TensorName
  }

  private func tensorUsage(_ entries: [ObjectIndex.Entry]) throws(StoreError) -> [DiskUsage.TensorUsage] {
    let records = Dictionary(
      entries.filter { $0.record.kind == .blob }.map { ($0.record.id, $0.record) },
      uniquingKeysWith: { first, _ in first })
    var chunks: [TensorKey: Set<ObjectID<Blob>>] = [:]
    var versions: [TensorKey: Set<Manifest.Segment>] = [:]
    var manifests: Set<ObjectID<Manifest>> = []
    for (_, commit) in try graph.log(from: refs().map(\.target)) {
      for (path, entry) in try store.load(commit.tree).entries
      where entry.kind == .checkpoint && manifests.insert(entry.manifest).inserted {
        for (tensor, segment) in try store.load(entry.manifest).tensors {
          let key = TensorKey(path: path, name: TensorName(tensor.name))
          chunks[key, default: []].formUnion(segment.chunks)
          versions[key, default: []].insert(segment)
        }
      }
    }
    let rows = chunks.map { key, ids in
      let found = ids.compactMap { records[$0.digest] }
      return DiskUsage.TensorUsage(
        path: key.path, name: key.name.text, byteCount: found.reduce(0) { $0 + $1.storedByteCount },
        rawByteCount: found.reduce(0) { $0 + $1.rawByteCount }, versionCount: versions[key, default: []].count)
    }
    return rows.sorted { ($1.byteCount, $0.path.text, $0.name) < ($0.byteCount, $1.path.text, $1.name) }
  }
}
