import Glibc

/// Building the database anew from the packs.
extension Repository {
  package struct RepairOutcome: Sendable {
    package let packCount: Int
    package let objectCount: Int
    /// Objects whose only copies are broken, and packs that could not be read whole.
    package let faults: [String]
    /// Objects that came back from the trash, from files of the working folder or from another repository.
    package let rescuedCount: Int
    /// Broken packs that went to the trash after all that could be read of them was copied.
    package let retiredPackCount: Int
    /// Whether refs and the operation log were restored from the operations in the packs.
    package let restoredRefs: Bool
  }

  /// Scans every pack and makes an index of all objects that can be read; broken copies give way to good ones. If the
  /// database itself is lost or broken it is made anew, and the refs come back from the newest operation. What no pack
  /// holds is looked for in the trash, in the working folder and in `other`. Nothing is deleted: a broken database goes to
  /// the trash, and so do broken packs once nothing that is needed is missing.
  ///
  /// - Parameter other: a copy of this repository, or any with common history.
  /// - Throws: `StoreError.notARepository` and the like.
  package static func repair(
    containing folder: String, settings: Settings, from other: Repository? = nil
  ) throws -> RepairOutcome {
    let (path, layout) = try locate(containing: folder, settings: settings)
    // Before the database is judged: another process may be repairing it.
    let lock = try WriterLock(layout, timeoutSeconds: settings.lockTimeoutSeconds)
    let isUsable = isDatabaseUsable(path, settings: settings)
    if !isUsable { try discardDatabase(layout, now: settings.now()) }
    let repository = try Repository(workingPath: path, settings: settings)
    try repository.database.migrate()
    let outcome = try repository.rebuild(restoringRefs: !isUsable, from: other)
    withExtendedLifetime(lock) {}
    return outcome
  }

  private static func isDatabaseUsable(_ path: String, settings: Settings) -> Bool {
    do {
      let layout = RepositoryLayout(root: "\(path)/\(RepositoryLayout.folderName)")
      guard RepositoryDatabase.exists(in: layout.root) else { return false }
      let repository = try Repository(workingPath: path, settings: settings)
      try repository.database.migrate()
      _ = try repository.head()
      _ = try repository.refs()
      _ = try repository.stage()
      return try repository.database.faults().isEmpty
    } catch {
      return false
    }
  }

  private static func discardDatabase(_ layout: RepositoryLayout, now: Int64) throws(StoreError) {
    for suffix in ["", "-wal", "-shm"] {
      let path = "\(layout.root)/\(RepositoryDatabase.fileName)\(suffix)"
      if access(path, F_OK) == 0 { try Trash(layout: layout).put(path, now: now) }
    }
  }

  private func rebuild(restoringRefs: Bool, from other: Repository?) throws -> RepairOutcome {
    var faults: [String] = []
    var candidates: [(pack: PackWriter.Sealed, faults: [String])] = []
    for name in try Folder.names(in: layout.packFolder) where PackFormat.isPackName(name) {
      let salvage = try PackSalvage(folder: layout.packFolder, name: name)
      faults += salvage.faults.map { "\(name): \($0)" }
      let records = salvage.records.map { PackWriter.Placed(record: $0.record, offset: $0.offset) }
      candidates.append((PackWriter.Sealed(name: name, byteCount: salvage.byteCount, records: records), salvage.faults))
    }
    // Whole packs first, so that a copy in a broken one is only used where there is no other.
    let packs = candidates.sorted { ($0.faults.count, $0.pack.name) < ($1.faults.count, $1.pack.name) }.map(\.pack)
    let (broken, brokenPacks) = try index(packs)
    var rescue = ObjectRescue(self, other: other)
    var rescued = try rescue.restore(broken)
    _ = try readmit(packs)
    if restoringRefs { try restoreRefs() }
    while true {
      let found = try rescue.restoreEverythingNeeded()
      rescued += found
      guard found > 0, try readmit(packs) > 0 else { break }
    }
    let known = try database.read { try ObjectIndex.allKeys(in: $0) }
    let lost = broken.subtracting(known)
    faults += lost.map { "\($0.kind.name) \($0.id) cannot be read" }.sorted()
    let faulty = candidates.filter { !$0.faults.isEmpty || brokenPacks.contains($0.pack.name) }.map(\.pack.name)
    let retired = try retire(faulty, known: known)
    return RepairOutcome(
      packCount: packs.count, objectCount: known.count, faults: faults, rescuedCount: rescued,
      retiredPackCount: retired, restoredRefs: restoringRefs)
  }

  /// Copies what can be read of broken packs into a new one and moves them to the trash, if nothing that refs and the
  /// stage need is missing: until then they may hold the only trace of it.
  ///
  /// - Returns: how many packs went.
  private func retire(_ names: [String], known: Set<ObjectKey>) throws -> Int {
    guard !names.isEmpty, try LossWalk(self, isLost: { !known.contains($0) }).lost.isEmpty else { return 0 }
    let leaving = Set(names)
    var writer: PackWriter?
    for entry in try database.read({ try ObjectIndex.allEntries(in: $0) }) where leaving.contains(entry.packName) {
      let payload = try store.payload(at: entry)
      if writer == nil { writer = try PackWriter.create(temporaryFolder: layout.temporaryFolder) }
      try writer?.append(entry.record, payload: payload)
    }
    let sealed = try writer.take()?.seal(folder: layout.packFolder)
    try database.write { database in
      try ObjectIndex.removePacks(names, in: database)
      if let sealed { try ObjectIndex.insert(sealed, in: database) }
    }
    for name in names { try Trash(layout: layout).put("\(layout.packFolder)/\(name)", now: settings.now()) }
    return names.count
  }

  /// Fills the index anew with every object that has a readable copy.
  ///
  /// - Returns: objects of which no copy can be read, and packs with copies that cannot be read.
  private func index(_ packs: [PackWriter.Sealed]) throws -> (objects: Set<ObjectKey>, packNames: Set<String>) {
    var packNames: Set<String> = []
    // At once: whoever is interrupted leaves an index that leads to everything.
    try database.write { database in
      try ObjectIndex.removeAll(in: database)
      for pack in packs { try ObjectIndex.insert(pack, in: database) }
    }
    while true {
      let broken = try unreadableEntries()
      packNames.formUnion(broken.map(\.packName))
      // What was a delta against a broken copy is readable again when the copy has given way.
      guard try broken.contains(where: { try giveWay($0, packs) }) else {
        try database.write { database in
          for entry in broken { try ObjectIndex.remove(entry.record.id, kind: entry.record.kind, in: database) }
        }
        return (Set(broken.map(\.key)), packNames)
      }
    }
  }

  /// Takes objects into the index again that can be read now, because what they stand on came back.
  ///
  /// - Returns: how many.
  private func readmit(_ packs: [PackWriter.Sealed]) throws -> Int {
    var known = try database.read { try ObjectIndex.allKeys(in: $0) }
    let before = known.count
    while true {
      var found: [ObjectIndex.Entry] = []
      for pack in packs {
        for placed in pack.records {
          let entry = ObjectIndex.Entry(record: placed.record, packName: pack.name, offset: placed.offset)
          if !known.contains(entry.key), isReadable(entry) {
            found.append(entry)
            known.insert(entry.key)
          }
        }
      }
      guard !found.isEmpty else { return known.count - before }
      // Once they are in the index, others can be read that stand on them: another round.
      try database.write { database in
        for entry in found { try ObjectIndex.replace(with: entry, in: database) }
      }
    }
  }

  /// Points the index to another copy of an object that can be read, if there is one.
  private func giveWay(_ entry: ObjectIndex.Entry, _ packs: [PackWriter.Sealed]) throws -> Bool {
    for pack in packs {
      for placed in pack.records where placed.record.id == entry.record.id && placed.record.kind == entry.record.kind {
        let copy = ObjectIndex.Entry(record: placed.record, packName: pack.name, offset: placed.offset)
        guard isReadable(copy) else { continue }
        try database.write { try ObjectIndex.replace(with: copy, in: $0) }
        return true
      }
    }
    return false
  }

  private func unreadableEntries() throws -> [ObjectIndex.Entry] {
    let entries = try database.read { try ObjectIndex.allEntries(in: $0) }
    let isBroken = WorkerSlots<Bool>(count: entries.count)
    try loop.run(count: entries.count) { isBroken[$0] = !isReadable(entries[$0]) }
    return entries.indices.filter { isBroken[$0] == true }.map { entries[$0] }
  }

  private func isReadable(_ entry: ObjectIndex.Entry) -> Bool {
    (try? store.bytes(at: entry)) != nil
  }

  /// Replays the longest chain of operations that the packs hold.
  private func restoreRefs() throws {
    let chain = try longestOperationChain()
    var refs: [RefName: ObjectID<Commit>?] = [:]
    for (_, operation) in chain {
      for change in operation.refChanges { refs.updateValue(change.after, forKey: change.name) }
    }
    let head = try chain.last?.operation.headAfter ?? .branch(RefName.branch("main"))
    let target: ObjectID<Commit>? =
      switch head {
      case .branch(let name): refs[name] ?? nil
      case .detached(let id): id
      }
    // The stage becomes what is checked out; files are compared by content when they are next looked at.
    let staged = target.flatMap { try? tree(of: $0).entries } ?? [:]
    let results = try certificateResults()
    try database.write { database in
      for result in results { try CertificateResultTable.put(result, in: database) }
      for (id, _) in chain { try OperationTable.append(id, in: database) }
      for (name, target) in refs {
        guard let target else { continue }
        try RefTable.apply(Operation.RefChange(name: name, before: nil, after: target), in: database)
      }
      for (path, entry) in staged {
        try StageTable.put(path, StagedFile(entry: entry, stamp: .unknown, recordedNanoseconds: 0), in: database)
      }
      // Without what is checked out the database is not usable: an interrupted repair begins again.
      try RefTable.setHead(head, in: database)
    }
  }

  /// Results of certificates in the order of the packs: of two for the same question the later one counts.
  private func certificateResults() throws(StoreError) -> [CertificateResult] {
    let entries = try database.read { try ObjectIndex.allEntries(in: $0) }
    return entries.filter { $0.record.kind == .certificateResult }.compactMap { entry in
      try? store.load(ObjectID<CertificateResult>(entry.record.id))
    }
  }

  /// Oldest first. Each operation names the one before it; the chain that goes back furthest wins, and of equals the newest.
  private func longestOperationChain() throws -> [(id: ObjectID<Operation>, operation: Operation)] {
    let entries = try database.read { try ObjectIndex.allEntries(in: $0) }
    var operations: [ObjectID<Operation>: Operation] = [:]
    for entry in entries where entry.record.kind == .operation {
      let id = ObjectID<Operation>(entry.record.id)
      operations[id] = try store.load(id)
    }
    let followed = Set(operations.values.compactMap(\.previous))
    var best: [(id: ObjectID<Operation>, operation: Operation)] = []
    for tip in operations.keys.sorted() where !followed.contains(tip) {
      var chain: [(id: ObjectID<Operation>, operation: Operation)] = []
      var next: ObjectID<Operation>? = tip
      while let id = next, let operation = operations[id] {
        chain.append((id, operation))
        next = operation.previous
      }
      let isNewer =
        chain.count == best.count && (chain.first?.operation.unixSeconds ?? 0) > (best.last?.operation.unixSeconds ?? 0)
      if chain.count > best.count || isNewer { best = chain.reversed() }
    }
    return best
  }
}
