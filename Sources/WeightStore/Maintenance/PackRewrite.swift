/// Copies the objects that are needed from some packs into a new one, as they are encoded.
struct PackRewrite {
  let repository: Repository

  /// - Parameter isNeeded: whether an object is to be copied.
  /// - Returns: `nil` if nothing was needed. Every copied object was read, decoded and hashed.
  func run(
    _ packNames: [String], isNeeded: (PackRecord) -> Bool, progress: ((Int) -> Void)?
  ) throws -> PackWriter.Sealed? {
    var writer: PackWriter?
    var copied: Set<ObjectKey> = []
    var done = 0
    for name in packNames {
      let reader = try PackReader(folder: repository.layout.packFolder, name: name)
      try reader.forEachRecord { record, _, payload in
        let key = ObjectKey(kind: record.kind, id: record.id)
        guard isNeeded(record), copied.insert(key).inserted else { return }
        // A copy of a broken object must not take the place of a good one elsewhere.
        _ = try repository.store.bytes(of: record.id, kind: record.kind)
        if writer == nil {
          writer = try PackWriter.create(temporaryFolder: repository.layout.temporaryFolder)
        }
        try writer?.append(record, payload: payload)
        done += payload.count
        progress?(done)
      }
    }
    guard let writer = writer.take() else { return nil }
    return try writer.seal(folder: repository.layout.packFolder)
  }
}
