import Foundation
import GRDB

/// Queries of the `operation` table: the order of operations; the operations themselves are objects.
enum OperationTable {
  static func latest(in database: Database) throws -> ObjectID<Operation>? {
    try Data.fetchOne(database, sql: "SELECT id FROM operation ORDER BY number DESC LIMIT 1")
      .flatMap { Digest(bytes: $0) }.map { ObjectID($0) }
  }

  static func append(_ id: ObjectID<Operation>, in database: Database) throws {
    try database.execute(sql: "INSERT INTO operation (id) VALUES (?)", arguments: [id.digest.data])
  }

  /// Newest first.
  static func newest(limit: Int, in database: Database) throws -> [(number: Int64, id: ObjectID<Operation>)] {
    try Row.fetchAll(
      database, sql: "SELECT number, id FROM operation ORDER BY number DESC LIMIT ?", arguments: [limit]
    ).compactMap { row in
      let id: Data = row["id"]
      return Digest(bytes: id).map { (row["number"], ObjectID($0)) }
    }
  }
}
