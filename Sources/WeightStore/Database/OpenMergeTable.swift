import Documents
import GRDB

/// Queries of the `openMerge` table: one row while a merge waits at conflicts.
enum OpenMergeTable {
  /// `nil` if no merge is open; also in a repository of an earlier wgit on a medium that takes no writes.
  static func find(in database: Database) throws -> OpenMerge? {
    guard try database.tableExists("openMerge"),
      let row = try Row.fetchOne(database, sql: "SELECT state FROM openMerge WHERE row = 1")
    else { return nil }
    do {
      return try OpenMerge(json: JSONParser.parse(row.text("state")))
    } catch let error as DocumentError {
      throw StoreError(.corruptObject, "the repository's database holds an open merge that is no JSON", cause: error)
    }
  }

  static func put(_ merge: OpenMerge?, in database: Database) throws {
    guard let merge else { return try database.execute(sql: "DELETE FROM openMerge") }
    try database.execute(
      sql: "INSERT OR REPLACE INTO openMerge (row, state) VALUES (1, ?)",
      arguments: [String(decoding: merge.json.canonicalBytes(), as: UTF8.self)])
  }
}
