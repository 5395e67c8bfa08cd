/// Giving space back.
extension Repository {
  package struct CollectionOutcome: Sendable {
    package let packCountBefore: Int
    package let packCountAfter: Int
    package let packByteCountBefore: Int
    package let packByteCountAfter: Int
    /// Objects that nothing needs any more.
    package let removedObjectCount: Int
    /// Bytes that now wait in the trash.
    package let trashedByteCount: Int
    /// Bytes that were deleted for good.
    package let freedByteCount: Int
  }

  /// Packs of which less than this share is garbage are left as they are.
  private static let tolerableGarbage = 0.1

  /// Moves packs, and parts of packs, that nothing needs to the trash, and empties the trash of what is older.
  ///
  /// - Parameters:
  ///   - graceSeconds: how long the trash keeps a pack.
  ///   - undoSeconds: operations of the last so many seconds stay undoable.
  ///   - everything: all objects go into one new pack, also those from packs without garbage. Chunks of the newest
  ///     versions then stand alone, and older ones on newer ones.
  /// - Throws: `StoreError.missingObject`, `.corruptObject` and the like if the repository is damaged; nothing is
  ///   removed then.
  package func collectGarbage(
    graceSeconds: Int64, undoSeconds: Int64, everything: Bool = false, progress: ((Int) -> Void)? = nil
  ) throws -> CollectionOutcome {
    let lock = try self.lock()
    let now = settings.now()
    let reachable = try reachableObjects(undoSince: now - undoSeconds)
    let entries = try database.read { try ObjectIndex.allEntries(in: $0) }
    let packs = try database.read { try ObjectIndex.packs(in: $0) }
    let rewritten = packsToRewrite(packs, entries, reachable, everything: everything)
    let garbage = entries.filter { !reachable.contains($0.record.id, kind: $0.record.kind) }
    let names = Set(rewritten)
    // An object may stand in two packs: only the copy that the index leads to counts.
    let kept = entries.filter { names.contains($0.packName) && reachable.contains($0.record.id, kind: $0.record.kind) }
    let needed = Set(kept.map(\.key))
    // Only a pack that holds all of a chain can turn it round.
    let sealed = try PackRewrite(repository: self).run(
      rewritten, isNeeded: { needed.contains(ObjectKey(kind: $0.kind, id: $0.id)) }, rebasing: everything ? kept : [],
      progress: progress)
    try database.write { database in
      try ObjectIndex.removePacks(rewritten, in: database)
      if let sealed { try ObjectIndex.insert(sealed, in: database) }
      try CertificateResultTable.remove(
        where: { !reachable.contains($0.digest, kind: .certificateResult) }, in: database)
    }
    let trashed = try discardUnknownPacks(now: now)
    let freed = try Trash(layout: layout).empty(upTo: now - graceSeconds)
    let left = try database.read { try ObjectIndex.packs(in: $0) }
    withExtendedLifetime(lock) {}
    return CollectionOutcome(
      packCountBefore: packs.count, packCountAfter: left.count,
      packByteCountBefore: packs.reduce(0) { $0 + $1.byteCount },
      packByteCountAfter: left.reduce(0) { $0 + $1.byteCount },
      removedObjectCount: garbage.count { names.contains($0.packName) }, trashedByteCount: trashed,
      freedByteCount: freed)
  }

  private func packsToRewrite(
    _ packs: [(name: String, byteCount: Int)], _ entries: [ObjectIndex.Entry], _ reachable: ReachableObjects,
    everything: Bool
  ) -> [String] {
    var needed: [String: Int] = [:]
    for entry in entries where reachable.contains(entry.record.id, kind: entry.record.kind) {
      needed[entry.packName, default: 0] += entry.record.storedByteCount + PackRecord.headerByteCount
    }
    if everything { return packs.count > 1 || needed.count < packs.count ? packs.map(\.name) : [] }
    return packs.filter { pack in
      Double(needed[pack.name] ?? 0) < Double(pack.byteCount) * (1 - Repository.tolerableGarbage)
        && (needed[pack.name] ?? 0) + PackFormat.headerByteCount + PackFormat.trailerByteCount < pack.byteCount
    }.map(\.name)
  }

  /// Packs that the index does not name: rewritten ones, and those of commands that were interrupted.
  private func discardUnknownPacks(now: Int64) throws(StoreError) -> Int {
    let known = Set(try database.read { try ObjectIndex.packs(in: $0) }.map(\.name))
    var byteCount = 0
    for name in try Folder.names(in: layout.packFolder) where PackFormat.isPackName(name) && !known.contains(name) {
      let path = "\(layout.packFolder)/\(name)"
      byteCount += try OpenFile.openRegular(path).byteCount()
      try Trash(layout: layout).put(path, now: now)
    }
    return byteCount
  }
}
