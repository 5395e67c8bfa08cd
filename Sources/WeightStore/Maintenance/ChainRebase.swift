/// Codes chunks anew, so that those of the newest versions are read without detours.
struct ChainRebase {
  /// Larger families are left as they are: their members are in memory together.
  private static let maximumMemberCount = 256
  /// Room is worth more than speed: what has been turned round may take no more than this much of what it took before.
  private static let tolerance = 1.02

  let repository: Repository
  let ages: [Digest: Int]

  init(_ repository: Repository) throws(StoreError) {
    self.repository = repository
    var ages: [Digest: Int] = [:]
    let add = { (manifest: ObjectID<Manifest>, ages: inout [Digest: Int]) throws(StoreError) in
      for chunk in try repository.store.load(manifest).segments.flatMap(\.chunks) where ages[chunk.digest] == nil {
        ages[chunk.digest] = ages.count
      }
    }
    for file in try repository.stage().values { try add(file.entry.manifest, &ages) }
    var seen: Set<ObjectID<Manifest>> = []
    for (_, commit) in try repository.graph.log(from: repository.refs().map(\.target)) {
      for entry in try repository.store.load(commit.tree).entries.values where seen.insert(entry.manifest).inserted {
        try add(entry.manifest, &ages)
      }
    }
    self.ages = ages
  }

  /// Appends what is better coded in another way.
  ///
  /// - Parameter entries: all objects that are kept.
  /// - Returns: what was appended; `verify` has the last word on it.
  func run(_ entries: [ObjectIndex.Entry], writer: inout PackWriter?) throws -> Set<ObjectKey> {
    var done: Set<ObjectKey> = []
    for family in ChainPlan.families(entries) where family.count <= ChainRebase.maximumMemberCount {
      guard let layout = try layout(of: family) else { continue }
      for steps in ChainPlan.arrangements(of: family, age: { ages[$0] ?? .max }) {
        guard let coded = try code(steps.filter(\.isChanged), layout: layout) else { continue }
        for (step, encoded) in coded {
          try append(step, encoded, to: &writer)
          done.insert(ObjectKey(kind: .blob, id: step.entry.record.id))
        }
        break
      }
    }
    return done
  }

  /// `nil` if it takes too much room.
  private func code(
    _ steps: [ChainPlan.Step], layout: ElementLayout
  ) throws -> [(ChainPlan.Step, ChunkCodec.Encoded)]? {
    let coded = WorkerSlots<ChunkCodec.Encoded>(count: steps.count)
    try repository.loop.run(count: steps.count) { coded[$0] = try encode(steps[$0], layout: layout) }
    let result = steps.indices.compactMap { index in coded[index].map { (steps[index], $0) } }
    let before = steps.reduce(0) { $0 + $1.entry.record.storedByteCount }
    let after = result.reduce(0) { $0 + $1.1.payload.count }
    return Double(after) <= ChainRebase.tolerance * Double(before) ? result : nil
  }

  private func append(_ step: ChainPlan.Step, _ encoded: ChunkCodec.Encoded, to writer: inout PackWriter?) throws {
    if writer == nil { writer = try PackWriter.create(temporaryFolder: repository.layout.temporaryFolder) }
    let base = encoded.encoding.needsBase ? step.base?.record.id : nil
    try writer?.append(
      kind: .blob, id: step.entry.record.id, baseIDs: base.map { [$0] } ?? [],
      rawByteCount: step.entry.record.rawByteCount,
      encoded: encoded)
  }

  /// Every delta begins with the width and the exponent of its elements; what it connects is alike.
  private func layout(of family: [ObjectIndex.Entry]) throws(StoreError) -> ElementLayout? {
    guard let delta = family.first(where: { $0.record.encoding.needsBase }) else { return nil }
    let payload = try repository.store.payload(at: delta)
    guard payload.count >= 2 else { return nil }
    return ElementLayout(width: Int(payload[0]), exponentBitCount: Int(payload[1]))
  }

  private func encode(_ step: ChainPlan.Step, layout: ElementLayout) throws(StoreError) -> ChunkCodec.Encoded {
    let bytes = try repository.store.bytes(at: step.entry)
    let base = try step.base.map { base throws(StoreError) in
      ChunkCodec.fitted(try repository.store.bytes(at: base), to: bytes.count)
    }
    return try bytes.withRawBytes { bytes throws(StoreError) in
      guard let base else { return try ChunkCodec.encode(bytes, layout: .elements(layout)) }
      return try base.withRawBytes { base throws(StoreError) in
        try ChunkCodec.encode(bytes, layout: .elements(layout), base: base)
      }
    }
  }

  /// Reads what was coded anew out of the finished pack and hashes it, before anything takes the place of what was there.
  ///
  /// - Throws: `StoreError.corruptObject` or `.missingObject`; the repository is as it was.
  func verify(_ keys: Set<ObjectKey>, in pack: PackWriter.Sealed) throws {
    let reader = try PackReader(folder: repository.layout.packFolder, name: pack.name)
    let blobs = pack.records.filter { $0.record.kind == .blob }
    let places = Dictionary(blobs.map { ($0.record.id, $0) }, uniquingKeysWith: { first, _ in first })
    let wanted = blobs.filter { keys.contains(ObjectKey(kind: .blob, id: $0.record.id)) }
    try repository.loop.run(count: wanted.count) { index in
      var order = DeltaChain.Order<PackWriter.Placed>()
      try order.add(wanted[index], id: \.record.id) { link throws(StoreError) in
        var bases: [PackWriter.Placed] = []
        for id in link.record.baseIDs {
          guard let base = places[id] else { throw StoreError(.missingObject, "blob \(id) is not in the new pack") }
          bases.append(base)
        }
        return bases
      }
      var decoded: [Digest: [UInt8]] = [:]
      for link in order.links {
        decoded[link.record.id] = try ObjectStore.decode(
          reader.payload(of: link.record, at: link.offset), record: link.record, bases: decoded)
      }
      guard let bytes = decoded[wanted[index].record.id], SHA256.digest(of: bytes) == wanted[index].record.id else {
        throw StoreError(.corruptObject, "blob \(wanted[index].record.id) was not coded well: nothing has changed")
      }
    }
  }
}
