import Tensors

/// Files of which something cannot be read any more.
package struct HurtFile: Sendable {
  package let path: RelativePath
  /// Commits that hold the file as it was, in the order of the walk; newer ones mostly come first.
  package fileprivate(set) var commits: [ObjectID<Commit>] = []
  package fileprivate(set) var isStaged = false
  /// Tensors with a part that is lost, in file order.
  package let tensors: [String]
  /// Whether bytes that belong to no tensor are lost: a header, a plain file, or the list of all chunks.
  package let isFrameLost: Bool
}

/// What the loss of objects costs: found by walking from the refs and the stage, past everything that is lost.
package struct LossWalk {
  /// A lost chunk and where its bytes belong.
  struct Chunk {
    let id: Digest
    /// In the file, in bytes.
    let offset: Int
    let byteCount: Int
    let tensor: Manifest.Tensor?
  }

  private struct FileKey: Hashable {
    let path: RelativePath
    let manifest: ObjectID<Manifest>
  }

  /// Commits that cannot be read, or whose list of files cannot.
  package private(set) var commits: [ObjectID<Commit>] = []
  package private(set) var files: [HurtFile] = []
  /// Every lost object that something needs.
  private(set) var lost: Set<ObjectKey> = []
  /// For each lost chunk the files it is a part of.
  private(set) var places: [Digest: [(path: RelativePath, chunk: Chunk)]] = [:]

  private let repository: Repository
  private let isLost: (ObjectKey) -> Bool
  private var positions: [FileKey: Int] = [:]
  private var losses: [ObjectID<Manifest>: (chunks: [Chunk], isManifestLost: Bool)] = [:]

  init(_ repository: Repository, isLost: @escaping (ObjectKey) -> Bool) throws(StoreError) {
    self.repository = repository
    self.isLost = isLost
    var open = try repository.tips()
    var seen: Set<ObjectID<Commit>> = []
    while let id = open.popLast() {
      guard seen.insert(id).inserted else { continue }
      guard let commit = load(id) else {
        commits.append(id)
        continue
      }
      open += commit.parents
      guard let tree = load(commit.tree) else {
        commits.append(id)
        continue
      }
      for (path, entry) in tree.entries.sorted(by: { $0.key < $1.key }) {
        note(path, entry.manifest) { $0.commits.append(id) }
      }
    }
    let (operations, results) = try repository.database.read { database in
      (try OperationTable.newest(limit: .max, in: database).map(\.id), try CertificateResultTable.all(in: database))
    }
    lost.formUnion(operations.map { ObjectKey(kind: .operation, id: $0.digest) }.filter(isLost))
    lost.formUnion(results.map { ObjectKey(kind: .certificateResult, id: $0.digest) }.filter(isLost))
    for (path, file) in try repository.stage().sorted(by: { $0.key < $1.key }) {
      note(path, file.entry.manifest) { $0.isStaged = true }
    }
  }

  private mutating func load<Object: CanonicalObject>(_ id: ObjectID<Object>) -> Object? {
    let key = ObjectKey(kind: Object.kind, id: id.digest)
    if !isLost(key), let object = try? repository.store.load(id) { return object }
    lost.insert(key)
    return nil
  }

  private mutating func note(
    _ path: RelativePath, _ manifest: ObjectID<Manifest>, _ mark: (inout HurtFile) -> Void
  ) {
    let key = FileKey(path: path, manifest: manifest)
    if let position = positions[key] { return mark(&files[position]) }
    let loss = losses[manifest] ?? examine(manifest)
    losses[manifest] = loss
    guard loss.isManifestLost || !loss.chunks.isEmpty else { return }
    var tensors: [String] = []
    for name in loss.chunks.compactMap(\.tensor?.name) where tensors.last != name { tensors.append(name) }
    var file = HurtFile(
      path: path, tensors: tensors, isFrameLost: loss.isManifestLost || loss.chunks.contains { $0.tensor == nil })
    mark(&file)
    positions[key] = files.count
    files.append(file)
    for chunk in loss.chunks { places[chunk.id, default: []].append((path, chunk)) }
  }

  private mutating func examine(_ id: ObjectID<Manifest>) -> (chunks: [Chunk], isManifestLost: Bool) {
    guard let manifest = load(id) else { return ([], true) }
    var chunks: [Chunk] = []
    var start = 0
    for segment in manifest.segments {
      for (index, chunk) in segment.chunks.enumerated() {
        let key = ObjectKey(kind: .blob, id: chunk.digest)
        guard isLost(key) else { continue }
        lost.insert(key)
        chunks.append(
          Chunk(
            id: chunk.digest, offset: start + index * ChunkGrid.chunkByteCount,
            byteCount: ChunkGrid.chunkByteCount(index: index, of: segment.byteCount), tensor: segment.tensor))
      }
      start += segment.byteCount
    }
    return (chunks, false)
  }
}

extension Repository {
  /// The commits, files and tensors that cannot be read because of what the checks found.
  package func losses(by findings: [IntegrityFinding]) throws(StoreError) -> LossWalk {
    let unreadable = Set(findings.flatMap(\.unreadable))
    let known = try database.read { try ObjectIndex.allKeys(in: $0) }
    return try LossWalk(self) { unreadable.contains($0) || !known.contains($0) }
  }
}
