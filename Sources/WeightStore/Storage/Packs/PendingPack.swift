import Synchronization

/// The pack that an operation is writing: what follows in the same operation may stand on what it holds already.
///
/// Nobody else sees it: no other process, and no reader of this one that asks the database.
final class PendingPack: Sendable {
  /// What entries say instead of the name that the pack does not have yet.
  static let name = "pack that is being written"

  private struct State {
    var reader: PackReader?
    var entries: [ObjectKey: ObjectIndex.Entry] = [:]
  }

  private let state = Mutex(State())

  /// Makes records known that stand in the file by now.
  func add(_ placed: some Sequence<PackWriter.Placed>, in file: OpenFile) {
    let reader = PackReader(file, name: PendingPack.name)
    state.withLock { state in
      state.reader = reader
      for item in placed {
        let key = ObjectKey(kind: item.record.kind, id: item.record.id)
        state.entries[key] = ObjectIndex.Entry(record: item.record, packName: PendingPack.name, offset: item.offset)
      }
    }
  }

  func entry(_ id: Digest, kind: ObjectKind) -> ObjectIndex.Entry? {
    state.withLock { $0.entries[ObjectKey(kind: kind, id: id)] }
  }

  /// `nil` before the first record.
  var reader: PackReader? { state.withLock { $0.reader } }
}
