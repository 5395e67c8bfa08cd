/// Collects the new objects of one operation in one pack. Nothing is visible before the database names the pack.
struct ObjectWriter: ~Copyable {
  let store: ObjectStore
  private var pack: PackWriter?
  private let pending = PendingPack()
  /// Records up to here are known to `pending`.
  private var pendingCount = 0
  /// Ids written by this operation, which the index does not know yet.
  private var written: [ObjectKind: Set<Digest>] = [:]
  /// Payload bytes of the new objects.
  private(set) var storedByteCount = 0

  init(store: ObjectStore) {
    self.store = store
    store.setPending(pending)
  }

  /// From now on, objects may be coded against those that were appended so far.
  mutating func flush() throws(StoreError) {
    guard let count = pack?.placed.count, count > pendingCount else { return }
    try pack?.flush()
    guard let file = pack?.file, let placed = pack?.placed[pendingCount...] else { return }
    pending.add(placed, in: file)
    pendingCount = count
  }

  /// Positions of the ids that neither the repository nor this operation holds; each new id once.
  mutating func missing(_ ids: [Digest], kind: ObjectKind) throws(StoreError) -> [Int] {
    let known = written[kind] ?? []
    return try store.database.read { database in
      var seen: Set<Digest> = []
      return try ids.indices.filter { position in
        let id = ids[position]
        guard !known.contains(id), seen.insert(id).inserted else { return false }
        return try !ObjectIndex.contains(id, kind: kind, in: database)
      }
    }
  }

  /// - Parameter baseIDs: what the object is coded against.
  mutating func append(
    _ id: Digest, kind: ObjectKind, rawByteCount: Int, encoded: ChunkCodec.Encoded, baseIDs: [Digest] = []
  ) throws(StoreError) {
    if pack == nil { pack = try PackWriter.create(temporaryFolder: store.layout.temporaryFolder) }
    try pack?.append(kind: kind, id: id, baseIDs: baseIDs, rawByteCount: rawByteCount, encoded: encoded)
    written[kind, default: []].insert(id)
    storedByteCount += encoded.payload.count
  }

  /// Stores an object unless it is there already.
  @discardableResult
  mutating func put<Object: CanonicalObject>(_ object: Object) throws(StoreError) -> ObjectID<Object> {
    let bytes = object.canonicalBytes
    let id = SHA256.digest(of: bytes)
    if try !missing([id], kind: Object.kind).isEmpty {
      // What could not be read back is never stored: too large, nested too deeply, a number that is none.
      guard bytes.count <= Object.kind.maximumByteCount else {
        throw StoreError(
          .unsupportedFile,
          "a \(Object.kind.name) of \(bytes.count) bytes is larger than the limit of \(Object.kind.maximumByteCount)")
      }
      _ = try Object(canonicalBytes: bytes)
      let encoded = try bytes.withRawBytes { buffer throws(StoreError) in
        try ChunkCodec.encode(buffer, layout: .opaque)
      }
      try append(id, kind: Object.kind, rawByteCount: bytes.count, encoded: encoded)
    }
    return ObjectID(id)
  }

  /// Makes the pack durable. `nil` if nothing new was written.
  consuming func seal() throws(StoreError) -> PackWriter.Sealed? {
    let folder = store.layout.packFolder
    guard let pack = pack.take() else { return nil }
    return try pack.seal(folder: folder)
  }
}
