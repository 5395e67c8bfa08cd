import Documents
import GRDB
import Synchronization

/// Reads objects by id: index, pack, decode, verify.
package final class ObjectStore: Sendable {
  let database: RepositoryDatabase
  let layout: RepositoryLayout
  private static let openPackLimit = 64
  private let readers = Mutex<[String: PackReader]>([:])
  /// What this process is writing, as long as the writer is there.
  private let pending = Mutex(Pending())

  private struct Pending {
    weak var pack: PendingPack?
  }

  init(database: RepositoryDatabase, layout: RepositoryLayout) {
    self.database = database
    self.layout = layout
  }

  /// The object's bytes. The hash is verified on every read.
  ///
  /// - Throws: `StoreError.missingObject`, `.corruptObject`, `.corruptPack`.
  package func bytes(of id: Digest, kind: ObjectKind) throws(StoreError) -> [UInt8] {
    let entry = try database.read { try find(id, kind: kind, in: $0) }
    guard let entry else { throw ObjectStore.missing(id, kind: kind) }
    return try bytes(at: entry)
  }

  func bytes(at entry: ObjectIndex.Entry) throws(StoreError) -> [UInt8] {
    let bytes = try unverifiedBytes(of: decodingOrder(of: entry).links)
    guard SHA256.digest(of: bytes) == entry.record.id else {
      throw StoreError(.corruptObject, "\(entry.record.kind.name) \(entry.record.id) has other bytes than its id says")
    }
    return bytes
  }

  /// The payload of an entry as it stands in its pack.
  func payload(at entry: ObjectIndex.Entry) throws(StoreError) -> [UInt8] {
    try reader(entry.packName).payload(of: entry.record, at: entry.offset)
  }

  package func load<Object: CanonicalObject>(_ id: ObjectID<Object>) throws(StoreError) -> Object {
    try Object(canonicalBytes: bytes(of: id.digest, kind: Object.kind))
  }

  package func contains<Object>(_ id: ObjectID<Object>) throws(StoreError) -> Bool {
    try database.read { try ObjectIndex.contains(id.digest, kind: Object.kind, in: $0) }
  }

  /// Where each of `ids` stands; all must exist.
  func entries(of ids: some Sequence<ObjectID<Blob>>) throws(StoreError) -> [ObjectIndex.Entry] {
    try database.read { database in
      try ids.map { id in
        guard let entry = try find(id.digest, kind: .blob, in: database) else {
          throw ObjectStore.missing(id.digest, kind: .blob)
        }
        return entry
      }
    }
  }

  static func missing(_ id: Digest, kind: ObjectKind) -> StoreError {
    StoreError(.missingObject, "\(kind.name) \(id) is not in the repository", subjects: [id.hex])
  }

  func setPending(_ pack: PendingPack) {
    pending.withLock { $0.pack = pack }
  }

  /// Where an object stands, be it in the pack that is being written.
  func find(_ id: Digest, kind: ObjectKind, in database: Database) throws -> ObjectIndex.Entry? {
    if let entry = pending.withLock({ $0.pack })?.entry(id, kind: kind) { return entry }
    return try ObjectIndex.find(id, kind: kind, in: database)
  }

  private func reader(_ name: String) throws(StoreError) -> PackReader {
    if name == PendingPack.name {
      guard let reader = pending.withLock({ $0.pack })?.reader else {
        throw StoreError(.corruptPack, "the pack that was being written is gone")
      }
      return reader
    }
    if let open = readers.withLock({ $0[name] }) { return open }
    let opened = try open(name)
    readers.withLock { readers in
      // Every commit has a pack of its own; the system's limit of open files is often 1024.
      if readers.count >= ObjectStore.openPackLimit { readers.removeAll(keepingCapacity: true) }
      readers[name] = opened
    }
    return opened
  }

  /// A collection may have moved a pack to the trash since this process looked an object up: it is still good there.
  private func open(_ name: String) throws(StoreError) -> PackReader {
    do {
      return try PackReader(folder: layout.packFolder, name: name)
    } catch {
      guard error.code == .missingFile,
        let trashed = try Trash(layout: layout).files().last(where: { $0.name.hasSuffix(name) })
      else { throw error }
      return try PackReader(folder: layout.trashFolder, name: trashed.name)
    }
  }
}
