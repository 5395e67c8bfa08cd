/// Brings back objects that no pack of the repository holds in a readable form, from wherever else they stand: packs in
/// the trash, files of the working folder, another repository.
///
/// Every byte is believed only if its SHA-256 is the object's id.
struct ObjectRescue {
  let repository: Repository
  /// A copy, or any repository with common history.
  let other: Repository?
  /// What stands in the trash, whether or not it can be read; `nil` until something is missing.
  private var trashed: [ObjectKey: [ObjectIndex.Entry]]?

  init(_ repository: Repository, other: Repository?) {
    self.repository = repository
    self.other = other
  }

  /// Reads every pack in the trash.
  private func findTrashed() throws(StoreError) -> [ObjectKey: [ObjectIndex.Entry]] {
    var trashed: [ObjectKey: [ObjectIndex.Entry]] = [:]
    for file in try Trash(layout: repository.layout).files() {
      guard PackFormat.isPackName(String(file.name.drop { $0 != "-" }.dropFirst())),
        let salvage = try? PackSalvage(folder: repository.layout.trashFolder, name: file.name)
      else { continue }
      for found in salvage.records {
        trashed[ObjectKey(kind: found.record.kind, id: found.record.id), default: []].append(
          ObjectIndex.Entry(record: found.record, packName: file.name, offset: found.offset))
      }
    }
    return trashed
  }

  /// Restores what can be restored of `broken`, wherever it belongs.
  ///
  /// - Returns: how many objects came back.
  mutating func restore(_ broken: Set<ObjectKey>) throws -> Int {
    let known = try repository.database.read { try ObjectIndex.allKeys(in: $0) }
    return try restore(broken.subtracting(known), places: [:])
  }

  /// Restores what can be restored of everything that refs, the stage and the operation log need.
  ///
  /// What comes back may show that more is missing: a tree names its files only when it can be read.
  /// - Returns: how many objects came back.
  mutating func restoreEverythingNeeded() throws -> Int {
    var restored = 0
    while true {
      let known = try repository.database.read { try ObjectIndex.allKeys(in: $0) }
      let walk = try LossWalk(repository) { !known.contains($0) }
      let found = try restore(walk.lost, places: walk.places)
      guard found > 0 else { return restored }
      restored += found
    }
  }

  private mutating func restore(
    _ lost: Set<ObjectKey>, places: [Digest: [(path: RelativePath, chunk: LossWalk.Chunk)]]
  ) throws -> Int {
    guard !lost.isEmpty else { return 0 }
    if trashed == nil { trashed = try findTrashed() }
    var writer = ObjectWriter(store: repository.store)
    var count = 0
    for key in lost.sorted(by: { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }) {
      let stands = key.kind == .blob ? places[key.id] ?? [] : []
      guard let bytes = bytes(of: key, stands) else { continue }
      let layout = stands.first?.chunk.tensor.map { ChunkLayout(dtype: $0.dtype) } ?? .opaque
      let encoded = try bytes.withRawBytes { buffer throws(StoreError) in
        try ChunkCodec.encode(buffer, layout: layout)
      }
      try writer.append(key.id, kind: key.kind, rawByteCount: bytes.count, encoded: encoded)
      count += 1
    }
    guard let sealed = try writer.seal() else { return 0 }
    try repository.database.write { try ObjectIndex.insert(sealed, in: $0) }
    return count
  }

  private func bytes(of key: ObjectKey, _ places: [(path: RelativePath, chunk: LossWalk.Chunk)]) -> [UInt8]? {
    let isRight = { (bytes: [UInt8]) in SHA256.digest(of: bytes) == key.id }
    var decoded: [ObjectKey: [UInt8]?] = [:]
    if let bytes = trashedBytes(of: key, depth: 0, &decoded), isRight(bytes) { return bytes }
    if let bytes = try? other?.store.bytes(of: key.id, kind: key.kind) { return bytes }
    for place in places {
      if let bytes = workingBytes(at: place.path, place.chunk), isRight(bytes) { return bytes }
    }
    return nil
  }

  private func workingBytes(at path: RelativePath, _ chunk: LossWalk.Chunk) -> [UInt8]? {
    guard let file = try? repository.working.open(path), let byteCount = try? file.byteCount(),
      chunk.offset <= byteCount, chunk.byteCount <= byteCount - chunk.offset
    else { return nil }
    return try? file.read(at: chunk.offset, count: chunk.byteCount)
  }

  /// Not hashed. What it stands on may be in the trash as well.
  ///
  /// - Parameter decoded: what was looked for on the way, so that each is decoded once.
  private func trashedBytes(of key: ObjectKey, depth: Int, _ decoded: inout [ObjectKey: [UInt8]?]) -> [UInt8]? {
    if let known = decoded[key] { return known }
    // In a circle an object is not there.
    decoded[key] = .some(nil)
    guard depth <= DeltaChain.maximumReadableDepth else { return nil }
    for entry in trashed?[key] ?? [] {
      var bases: [Digest: [UInt8]] = [:]
      for id in entry.record.baseIDs {
        bases[id] =
          (try? repository.store.bytes(of: id, kind: key.kind))
          ?? trashedBytes(of: ObjectKey(kind: key.kind, id: id), depth: depth + 1, &decoded)
      }
      guard bases.count == Set(entry.record.baseIDs).count, let payload = try? trashedPayload(entry),
        let bytes = try? ObjectStore.decode(payload, record: entry.record, bases: bases)
      else { continue }
      decoded[key] = bytes
      return bytes
    }
    return nil
  }

  private func trashedPayload(_ entry: ObjectIndex.Entry) throws(StoreError) -> [UInt8] {
    try PackReader(folder: repository.layout.trashFolder, name: entry.packName).payload(
      of: entry.record, at: entry.offset)
  }
}
