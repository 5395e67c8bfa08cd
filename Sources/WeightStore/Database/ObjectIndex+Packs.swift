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
}
