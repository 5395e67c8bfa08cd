/// Copies the objects that are needed from some packs into a new one.
struct PackRewrite {
  let repository: Repository

  /// - Parameters:
  ///   - isNeeded: whether an object is to be copied.
  ///   - rebasing: objects that may be coded anew, on other bases; all others stay as they are encoded.
  /// - Returns: `nil` if nothing was needed. Every object in it was read, decoded and hashed.
  func run(
    _ packNames: [String], isNeeded: (PackRecord) -> Bool, rebasing: [ObjectIndex.Entry] = [],
    progress: ((Int) -> Void)?
  ) throws -> PackWriter.Sealed? {
    var writer: PackWriter?
    let rebase = rebasing.isEmpty ? nil : try ChainRebase(repository)
    let rebased = try rebase?.run(rebasing, writer: &writer) ?? []
    var copied = rebased
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
    let sealed = try writer.seal(folder: repository.layout.packFolder)
    try rebase?.verify(rebased, in: sealed)
    return sealed
  }
}
