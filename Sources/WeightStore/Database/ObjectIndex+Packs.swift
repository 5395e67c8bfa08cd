import Foundation
import GRDB

/// Queries that exchange packs for others.
extension ObjectIndex {
  /// Takes packs, and every object that the index finds in them, out of the index.
  static func removePacks(_ names: [String], in database: Database) throws {
    for name in names {
      try database.execute(
        sql: "DELETE FROM object WHERE pack = (SELECT number FROM pack WHERE name = ?)", arguments: [name])
      try database.execute(sql: "DELETE FROM pack WHERE name = ?", arguments: [name])
    }
  }

  static func allKeys(in database: Database) throws -> Set<ObjectKey> {
    Set(try allEntries(in: database).map(\.key))
  }

  static func removeAll(in database: Database) throws {
    try database.execute(sql: "DELETE FROM object; DELETE FROM pack")
  }

  static func remove(_ id: Digest, kind: ObjectKind, in database: Database) throws {
    try database.execute(sql: "DELETE FROM object WHERE kind = ? AND id = ?", arguments: [kind.rawValue, id.data])
  }

  /// Leads an object to another of its copies.
  static func replace(with entry: Entry, in database: Database) throws {
    try remove(entry.record.id, kind: entry.record.kind, in: database)
    guard
      let number = try Int64.fetchOne(
        database, sql: "SELECT number FROM pack WHERE name = ?", arguments: [entry.packName])
    else { throw StoreError(.corruptPack, "'\(entry.packName)' is not in the index") }
    try insert(entry.record, at: entry.offset, pack: number, in: database)
  }
}
