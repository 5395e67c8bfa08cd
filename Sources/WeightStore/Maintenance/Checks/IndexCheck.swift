/// Follows every index entry to its record.
struct IndexCheck: IntegrityCheck {
  static let summary = "every entry of the index leads to the record it names"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    let entries = try repository.database.read { try ObjectIndex.allEntries(in: $0) }
    let sizes = try repository.database.read { try ObjectIndex.packs(in: $0) }
    for (name, byteCount) in sizes {
      let file = try? OpenFile.openRegular("\(repository.layout.packFolder)/\(name)")
      guard let found = try? file?.byteCount(), found != byteCount else { continue }
      report(IntegrityFinding(.damage, name, "the pack has \(found) bytes, the index says \(byteCount)"))
    }
    for (name, group) in Dictionary(grouping: entries, by: \.packName).sorted(by: { $0.key < $1.key }) {
      guard let reader = try? PackReader(folder: repository.layout.packFolder, name: name) else {
        report(
          IntegrityFinding(
            .damage, name, "the pack cannot be opened; \(group.count) objects are in it",
            unreadable: group.map(\.key)))
        continue
      }
      for entry in group {
        do {
          try reader.checkHeader(of: entry.record, at: entry.offset)
        } catch {
          report(
            IntegrityFinding(
              .damage, "\(entry.record.kind.name) \(entry.record.id)", error.message, unreadable: [entry.key]))
        }
      }
    }
  }
}
