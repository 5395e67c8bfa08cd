/// Collects the new objects of one operation in one pack. Nothing is visible before the database names the pack.
struct ObjectWriter: ~Copyable {
  let store: ObjectStore
  private var pack: PackWriter?
  /// Ids written by this operation, which the index does not know yet.
  private var written: [ObjectKind: Set<Digest>] = [:]
  /// Payload bytes of the new objects.
  private(set) var storedByteCount = 0

  init(store: ObjectStore) {
    self.store = store
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

  /// - Parameter base: what the chunk may have been coded against; recorded only if it was.
  mutating func append(
    _ id: Digest, kind: ObjectKind, rawByteCount: Int, encoded: ChunkCodec.Encoded, base: Digest = .zero
  ) throws(StoreError) {
    if pack == nil { pack = try PackWriter.create(temporaryFolder: store.layout.temporaryFolder) }
    let baseID = encoded.encoding.needsBase ? base : .zero
    try pack?.append(kind: kind, id: id, baseID: baseID, rawByteCount: rawByteCount, encoded: encoded)
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
