/// Reads every pack the database names: frame, checksums, and the SHA-256 of every object in it.
struct PackCheck: IntegrityCheck {
  static let summary = "every object in every pack decodes to bytes with its id, and the index knows it"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    let known = try repository.database.read { try ObjectIndex.packs(in: $0) }
    var entries: [ObjectIndex.Entry] = []
    for pack in known { entries += try walk(pack.name, repository, report) }
    let names = Set(known.map(\.name))
    for name in try Folder.names(in: repository.layout.packFolder) where !names.contains(name) {
      report(
        IntegrityFinding(.note, name, "a pack that no finished command has published; it takes space but does no harm"))
    }
    try reportUnknown(entries, repository, report)
    for finding in try DeltaForest(entries).check(repository) { report(finding) }
  }

  /// The records of a pack whose checksums hold.
  private func walk(
    _ name: String, _ repository: Repository, _ report: (IntegrityFinding) -> Void
  ) throws -> [ObjectIndex.Entry] {
    var entries: [ObjectIndex.Entry] = []
    do {
      try PackReader(folder: repository.layout.packFolder, name: name).forEachRecord { record, offset, _ in
        entries.append(ObjectIndex.Entry(record: record, packName: name, offset: offset))
      }
    } catch {
      // One fault must not hide what is whole behind it.
      let salvage = try? PackSalvage(folder: repository.layout.packFolder, name: name)
      entries = (salvage?.records ?? []).map {
        ObjectIndex.Entry(record: $0.record, packName: name, offset: $0.offset)
      }
      let whole = Set(entries.map(\.offset))
      let indexed = try repository.database.read { try ObjectIndex.allEntries(in: $0) }.filter { $0.packName == name }
      report(
        IntegrityFinding(
          .damage, name, (error as? StoreError)?.message ?? "\(error)",
          unreadable: indexed.filter { !whole.contains($0.offset) }.map(\.key)))
    }
    return entries
  }

  private func reportUnknown(
    _ entries: [ObjectIndex.Entry], _ repository: Repository, _ report: (IntegrityFinding) -> Void
  ) throws {
    let unknown = try repository.database.read { database in
      try entries.filter { try !ObjectIndex.contains($0.record.id, kind: $0.record.kind, in: database) }
    }
    for entry in unknown {
      let subject = "\(entry.record.kind.name) \(entry.record.id)"
      report(IntegrityFinding(.damage, subject, "it is in '\(entry.packName)', but not in the index"))
    }
  }
}
