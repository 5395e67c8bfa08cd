import Foundation
import GRDB

/// Queries of the `pack` and `object` tables: where each object stands.
enum ObjectIndex {
  struct Entry: Sendable {
    let record: PackRecord
    let packName: String
    let offset: Int

    var key: ObjectKey { ObjectKey(kind: record.kind, id: record.id) }
  }

  private static let columns = """
    object.kind, object.id, object.position, object.rawByteCount, object.storedByteCount, object.encoding,
    object.baseID, pack.name FROM object JOIN pack ON pack.number = object.pack
    """

  static func find(_ id: Digest, kind: ObjectKind, in database: Database) throws -> Entry? {
    let statement = try database.cachedStatement(sql: "SELECT \(columns) WHERE object.kind = ? AND object.id = ?")
    return try Row.fetchOne(statement, arguments: [kind.rawValue, id.data]).map(entry)
  }

  static func contains(_ id: Digest, kind: ObjectKind, in database: Database) throws -> Bool {
    let statement = try database.cachedStatement(sql: "SELECT 1 FROM object WHERE kind = ? AND id = ?")
    return try Row.fetchOne(statement, arguments: [kind.rawValue, id.data]) != nil
  }

  /// Ids whose hexadecimal form starts with `prefix` (at least 2 digits), at most `limit` of them.
  static func ids(
    startingWith prefix: String, kind: ObjectKind, limit: Int, in database: Database
  ) throws -> [Digest] {
    let low = prefix.padding(to: 64, with: "0")
    let high = prefix.padding(to: 64, with: "f")
    guard let first = Digest(hex: low), let last = Digest(hex: high) else { return [] }
    return try Row.fetchAll(
      database, sql: "SELECT id FROM object WHERE kind = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT ?",
      arguments: [kind.rawValue, first.data, last.data, limit]
    ).map { try $0.digest("id") }
  }

  static func allEntries(in database: Database) throws -> [Entry] {
    try Row.fetchAll(database, sql: "SELECT \(columns) ORDER BY object.pack, object.position").map(entry)
  }

  static func packs(in database: Database) throws -> [(name: String, byteCount: Int)] {
    try Row.fetchAll(database, sql: "SELECT name, byteCount FROM pack ORDER BY number").map {
      (try packName($0), try $0.count("byteCount"))
    }
  }

  static func insert(_ pack: PackWriter.Sealed, in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO pack (name, byteCount) VALUES (?, ?)", arguments: [pack.name, pack.byteCount])
    let number = database.lastInsertedRowID
    for placed in pack.records { try insert(placed.record, at: placed.offset, pack: number, in: database) }
  }

  /// Leaves an object alone that is indexed already.
  static func insert(_ record: PackRecord, at offset: Int, pack number: Int64, in database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO object (kind, id, pack, position, rawByteCount, storedByteCount, encoding, baseID)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      record.kind.rawValue, record.id.data, number, offset, record.rawByteCount, record.storedByteCount,
      record.encoding.rawValue, record.baseIDs.isEmpty ? nil : record.baseIDs.data,
    ])
  }

  private static func entry(_ row: Row) throws -> Entry {
    guard let kind = ObjectKind(rawValue: try row.integer("kind")) else { throw row.broken("kind") }
    guard let encoding = ChunkEncoding(rawValue: try row.integer("encoding")) else { throw row.broken("encoding") }
    let record = PackRecord(
      kind: kind, encoding: encoding, id: try row.digest("id"), baseIDs: try row.digests("baseID"),
      rawByteCount: try row.count("rawByteCount"), storedByteCount: try row.count("storedByteCount"))
    guard
      PackRecord.isPlausible(
        raw: record.rawByteCount, stored: record.storedByteCount, kind: kind, encoding: encoding)
    else { throw row.broken("storedByteCount") }
    return Entry(record: record, packName: try packName(row), offset: try row.count("position"))
  }

  /// A name from the database becomes part of a path: it must not lead out of the folder of packs.
  private static func packName(_ row: Row) throws -> String {
    let name = try row.text("name")
    guard PackFormat.isPackName(name) else { throw row.broken("name") }
    return name
  }
}
