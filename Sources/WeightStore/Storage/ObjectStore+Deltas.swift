import GRDB

/// What a new chunk may be coded against.
struct DeltaBase: Sendable {
  enum Source: Sendable {
    /// A chunk in the repository.
    case object(Digest)
    /// Something computed from chunks in the repository.
    case prediction(Prediction)
  }

  let source: Source
  /// As many as the new chunk has: see `ChunkCodec.fitted`.
  let bytes: [UInt8]
  /// A delta must be smaller than this share of the chunk without one.
  let maximumShare: Double
}

/// Chunks that are stored as differences to others.
extension ObjectStore {
  /// The entry and all that is needed to decode it, bases before what stands on them.
  ///
  /// - Throws: `StoreError.corruptObject` for more bases than are allowed or a circle; `.missingObject` if a base is not
  ///   there.
  func decodingOrder(of entry: ObjectIndex.Entry) throws(StoreError) -> DeltaChain.Order<ObjectIndex.Entry> {
    var order = DeltaChain.Order<ObjectIndex.Entry>()
    guard !entry.record.baseIDs.isEmpty else {
      try order.add(entry, id: \.record.id) { _ throws(StoreError) in [] }
      return order
    }
    // All of it as of one moment: a repack may turn chains round meanwhile.
    return try database.read { database in
      try add(entry, to: &order, in: database)
      return order
    }
  }

  private func add(
    _ entry: ObjectIndex.Entry, to order: inout DeltaChain.Order<ObjectIndex.Entry>, in database: Database
  ) throws(StoreError) {
    try order.add(entry, id: \.record.id) { entry throws(StoreError) in
      var bases: [ObjectIndex.Entry] = []
      for id in entry.record.baseIDs { bases.append(try base(id, of: entry.record, in: database)) }
      return bases
    }
  }

  private func base(
    _ id: Digest, of record: PackRecord, in database: Database
  ) throws(StoreError) -> ObjectIndex.Entry {
    let base: ObjectIndex.Entry?
    do {
      base = try find(id, kind: record.kind, in: database)
    } catch {
      throw RepositoryDatabase.storeError(error)
    }
    guard let base else {
      throw StoreError(
        .missingObject, "\(record.kind.name) \(id), on which \(record.id) stands, is not in the repository",
        subjects: [id.hex])
    }
    return base
  }

  /// How many chunks stand on each other below this one.
  package func deltaDepth(of id: ObjectID<Blob>) throws(StoreError) -> Int {
    try decodingOrder(of: entries(of: [id])[0]).depth
  }

  /// The same for a record that the index may not know; 0 if its bases cannot be found, which reading it will tell.
  func depth(of entry: ObjectIndex.Entry) -> Int { (try? decodingOrder(of: entry).depth) ?? 0 }

  /// Decodes the last of `entries`, which needs all others. The hash is for the caller to check.
  func unverifiedBytes(of entries: [ObjectIndex.Entry]) throws(StoreError) -> [UInt8] {
    // What nothing that follows needs is let go.
    var lastUses: [Digest: Int] = [:]
    for (position, entry) in entries.enumerated() {
      for id in entry.record.baseIDs { lastUses[id] = position }
    }
    var decoded: [Digest: [UInt8]] = [:]
    for (position, entry) in entries.enumerated() {
      let bytes = try ObjectStore.decode(payload(at: entry), record: entry.record, bases: decoded)
      if position == entries.count - 1 { return bytes }
      for id in entry.record.baseIDs where lastUses[id] == position { decoded[id] = nil }
      decoded[entry.record.id] = bytes
    }
    return []
  }

  /// The bytes that a payload read from a pack stands for, whether or not the index knows it; not hashed.
  func decode(_ payload: [UInt8], record: PackRecord) throws(StoreError) -> [UInt8] {
    var bases: [Digest: [UInt8]] = [:]
    for id in record.baseIDs { bases[id] = try bytes(of: id, kind: record.kind) }
    return try ObjectStore.decode(payload, record: record, bases: bases)
  }

  static func decode(
    _ payload: [UInt8], record: PackRecord, bases: [Digest: [UInt8]]
  ) throws(StoreError) -> [UInt8] {
    let subject = "\(record.kind.name) \(record.id)"
    do throws(StoreError) {
      guard record.encoding != .predicted else {
        return try PredictedChunk.decode(payload, rawByteCount: record.rawByteCount, bases: bases)
      }
      let base = record.baseIDs.first.flatMap { bases[$0] }
      guard record.encoding.needsBase == (base != nil) else {
        throw StoreError(
          .corruptObject,
          "it is coded as \(record.encoding.name) and has \(base == nil ? "no base" : "a base it does not need")")
      }
      return try ChunkCodec.decode(
        payload, encoding: record.encoding, rawByteCount: record.rawByteCount, base: base)
    } catch {
      throw StoreError(error.code, "\(subject): \(error.message)", cause: error)
    }
  }

  /// A base for a new chunk of `byteCount` bytes that is likely to be similar to `candidate`.
  ///
  /// That is the candidate, unless a delta against it would stand on too many others: then what the candidate's chain
  /// ends in. `nil` if the chunk cannot be read: the new chunk is then stored on its own, and the integrity check will
  /// tell of the damage.
  func deltaBase(near candidate: ObjectID<Blob>, byteCount: Int) -> DeltaBase? {
    do {
      let entry = try database.read { try find(candidate.digest, kind: .blob, in: $0) }
      guard let entry, entry.record.rawByteCount <= ChunkGrid.chunkByteCount else { return nil }
      let order = try decodingOrder(of: entry)
      let isDeep = order.depth >= DeltaChain.maximumDepth
      // The first in order is the end of the way along first bases.
      guard let base = isDeep ? order.links.first : entry else { return nil }
      // A delta against the far end of a chain must earn more: a chunk on its own would start a new chain.
      return DeltaBase(
        source: .object(base.record.id), bytes: ChunkCodec.fitted(try bytes(at: base), to: byteCount),
        maximumShare: isDeep ? 0.7 : 0.95)
    } catch {
      return nil
    }
  }

  /// What a prediction gives, for a new chunk of `byteCount` bytes. `nil` if a base cannot be read, or if the chunk would
  /// need too many others.
  func deltaBase(predicting prediction: Prediction, byteCount: Int) -> DeltaBase? {
    var bases = HeldBases(store: self)
    return deltaBase(predicting: prediction, byteCount: byteCount, &bases)
  }

  func deltaBase(predicting prediction: Prediction, byteCount: Int, _ bases: inout HeldBases) -> DeltaBase? {
    do {
      let order = try database.read { database in
        var order = DeltaChain.Order<ObjectIndex.Entry>()
        for id in prediction.baseIDs {
          guard let entry = try find(id, kind: .blob, in: database) else {
            throw ObjectStore.missing(id, kind: .blob)
          }
          try add(entry, to: &order, in: database)
        }
        return order
      }
      guard order.depth < DeltaChain.maximumReadableDepth, order.links.count <= DeltaChain.maximumWrittenObjectCount
      else { return nil }
      for id in prediction.baseIDs where bases.bytes(of: id) == nil { return nil }
      var predicted = [UInt8](repeating: 0, count: byteCount)
      try predicted.withMutableRawBytes { try prediction.evaluate(bases.all, into: $0) }
      return DeltaBase(source: .prediction(prediction), bytes: predicted, maximumShare: 0.95)
    } catch {
      return nil
    }
  }
}
