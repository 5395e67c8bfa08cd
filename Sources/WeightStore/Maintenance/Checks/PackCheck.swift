/// Reads every pack the database names: frame, checksums, and the SHA-256 of every object in it.
struct PackCheck: IntegrityCheck {
  static let summary = "every object in every pack decodes to bytes with its id, and the index knows it"

  func run(on repository: Repository, report: (IntegrityFinding) -> Void) throws {
    let known = try repository.database.read { try ObjectIndex.packs(in: $0) }
    for pack in known { check(pack.name, repository, report) }
    let names = Set(known.map(\.name))
    for name in try Folder.names(in: repository.layout.packFolder) where !names.contains(name) {
      report(
        IntegrityFinding(.note, name, "a pack that no finished command has published; it takes space but does no harm"))
    }
  }

  private func check(_ name: String, _ repository: Repository, _ report: (IntegrityFinding) -> Void) {
    do {
      let reader = try PackReader(folder: repository.layout.packFolder, name: name)
      var batch: [(record: PackRecord, payload: [UInt8])] = []
      var byteCount = 0
      try reader.forEachRecord { record, _, payload in
        batch.append((record, payload))
        byteCount += record.rawByteCount
        guard byteCount >= 16 * ChunkGrid.chunkByteCount || batch.count == 512 else { return }
        try verify(batch, repository, name, report)
        batch.removeAll(keepingCapacity: true)
        byteCount = 0
      }
      try verify(batch, repository, name, report)
    } catch {
      let message = (error as? StoreError)?.message ?? "\(error)"
      report(IntegrityFinding(.damage, name, message))
    }
  }

  private func verify(
    _ batch: [(record: PackRecord, payload: [UInt8])], _ repository: Repository, _ name: String,
    _ report: (IntegrityFinding) -> Void
  ) throws {
    let unknown = try repository.database.read { database in
      try batch.map(\.record).filter { try !ObjectIndex.contains($0.id, kind: $0.kind, in: database) }
    }
    for record in unknown {
      report(IntegrityFinding(.damage, "\(record.kind.name) \(record.id)", "it is in '\(name)', but not in the index"))
    }
    let findings = WorkerSlots<IntegrityFinding>(count: batch.count)
    try repository.loop.run(count: batch.count) { index in
      let (record, payload) = batch[index]
      let subject = "\(record.kind.name) \(record.id)"
      do throws(StoreError) {
        let bytes = try repository.store.decode(payload, record: record)
        guard SHA256.digest(of: bytes) != record.id else { return }
        findings[index] = IntegrityFinding(.damage, subject, "its bytes have another SHA-256 than its id")
      } catch {
        findings[index] = IntegrityFinding(.damage, subject, error.message)
      }
    }
    for index in batch.indices {
      if let finding = findings[index] { report(finding) }
    }
  }
}
