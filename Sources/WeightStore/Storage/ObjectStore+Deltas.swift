/// A chunk in the repository that a new one may be coded against.
struct DeltaBase: Sendable {
  let id: Digest
  let bytes: [UInt8]
  /// A delta must be smaller than this share of the chunk without one.
  let maximumShare: Double
}

/// Chunks that are stored as differences to others.
extension ObjectStore {
  /// The entry and what it is a delta against, and so on, up to one that has no base.
  ///
  /// - Throws: `StoreError.corruptObject` for a chain that is too long or a cycle; `.missingObject` if a base is not there.
  func chain(from entry: ObjectIndex.Entry) throws(StoreError) -> [ObjectIndex.Entry] {
    try DeltaChain.links(from: entry) { entry throws(StoreError) in
      let record = entry.record
      guard record.baseID != .zero else { return nil }
      let base = try database.read { try ObjectIndex.find(record.baseID, kind: record.kind, in: $0) }
      guard let base else {
        throw StoreError(
          .missingObject,
          "\(record.kind.name) \(record.baseID), on which \(record.id) stands, is not in the repository",
          subjects: [record.baseID.hex])
      }
      return base
    }
  }

  /// On how many deltas the bytes of a chunk stand.
  package func deltaDepth(of id: ObjectID<Blob>) throws(StoreError) -> Int {
    try chain(from: entries(of: [id])[0]).count - 1
  }

  /// Decodes a chain from its end. The hash is for the caller to check.
  func unverifiedBytes(of chain: [ObjectIndex.Entry]) throws(StoreError) -> [UInt8] {
    var bytes: [UInt8]?
    for entry in chain.reversed() {
      bytes = try ObjectStore.decode(payload(at: entry), record: entry.record, base: bytes)
    }
    return bytes ?? []
  }

  /// The bytes that a payload read from a pack stands for, whether or not the index knows it; not hashed.
  func decode(_ payload: [UInt8], record: PackRecord) throws(StoreError) -> [UInt8] {
    let base = record.baseID == .zero ? nil : try bytes(of: record.baseID, kind: record.kind)
    return try ObjectStore.decode(payload, record: record, base: base)
  }

  static func decode(_ payload: [UInt8], record: PackRecord, base: [UInt8]?) throws(StoreError) -> [UInt8] {
    let subject = "\(record.kind.name) \(record.id)"
    guard record.encoding.needsBase == (base != nil) else {
      throw StoreError(
        .corruptObject,
        "\(subject) is coded as \(record.encoding.name) and has \(base == nil ? "no base" : "a base it does not need")")
    }
    do {
      return try ChunkCodec.decode(
        payload, encoding: record.encoding, rawByteCount: record.rawByteCount, base: base)
    } catch {
      throw StoreError(error.code, "\(subject): \(error.message)", cause: error)
    }
  }

  /// A base for a new chunk of `byteCount` bytes that is likely to be similar to `candidate`.
  ///
  /// That is the candidate, unless a delta against it would stand on too many others: then what the candidate's chain
  /// ends in. `nil` if the chunk has another size or cannot be read: the new chunk is then stored on its own, and the
  /// integrity check will tell of the damage.
  func deltaBase(near candidate: ObjectID<Blob>, byteCount: Int) -> DeltaBase? {
    do {
      let entry = try database.read { try ObjectIndex.find(candidate.digest, kind: .blob, in: $0) }
      guard let entry, entry.record.rawByteCount == byteCount else { return nil }
      let chain = try chain(from: entry)
      let isDeep = chain.count > DeltaChain.maximumDepth
      guard let base = isDeep ? chain.last : chain.first else { return nil }
      // A delta against the far end of a chain must earn more: a chunk on its own would start a new chain.
      return DeltaBase(id: base.record.id, bytes: try bytes(at: base), maximumShare: isDeep ? 0.7 : 0.95)
    } catch {
      return nil
    }
  }
}
