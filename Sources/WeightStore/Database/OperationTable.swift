import Foundation
import GRDB

/// Queries of the `operation` table: the order of operations; the operations themselves are objects.
enum OperationTable {
  static func latest(in database: Database) throws -> ObjectID<Operation>? {
    try newest(limit: 1, in: database).first?.id
  }

  static func append(_ id: ObjectID<Operation>, in database: Database) throws {
    try database.execute(sql: "INSERT INTO operation (id) VALUES (?)", arguments: [id.digest.data])
  }

  /// Newest first.
  static func newest(limit: Int, in database: Database) throws -> [(number: Int64, id: ObjectID<Operation>)] {
    try Row.fetchAll(
      database, sql: "SELECT number, id FROM operation ORDER BY number DESC LIMIT ?", arguments: [limit]
    ).map { (try $0.integer("number"), ObjectID(try $0.digest("id"))) }
  }
}
