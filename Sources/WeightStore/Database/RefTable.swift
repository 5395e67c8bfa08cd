import Foundation
import GRDB

/// Queries of the `ref` and `head` tables.
enum RefTable {
  static func target(of name: RefName, in database: Database) throws -> ObjectID<Commit>? {
    try Row.fetchOne(database, sql: "SELECT target FROM ref WHERE name = ?", arguments: [name.text])
      .map { ObjectID(try $0.digest("target")) }
  }

  /// All refs, sorted by name.
  static func all(in database: Database) throws -> [(name: RefName, target: ObjectID<Commit>)] {
    try Row.fetchAll(database, sql: "SELECT name, target FROM ref ORDER BY name").map { row in
      (try RefName(row.text("name")), ObjectID(try row.digest("target")))
    }
  }

  /// Compare and swap: moves the ref only if it still is where the change says it was.
  static func apply(_ change: Operation.RefChange, in database: Database) throws {
    let current = try target(of: change.name, in: database)
    guard current == change.before else {
      throw StoreError(
        .branchMoved, "'\(change.name.branchName ?? change.name.text)' was moved by another process meanwhile",
        subjects: [change.name.text])
    }
    if let after = change.after {
      try database.execute(
        sql: "INSERT INTO ref (name, target) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET target = excluded.target",
        arguments: [change.name.text, after.digest.data])
    } else {
      try database.execute(sql: "DELETE FROM ref WHERE name = ?", arguments: [change.name.text])
    }
  }

  static func head(in database: Database) throws -> Head {
    guard let row = try Row.fetchOne(database, sql: "SELECT branch, target FROM head WHERE row = 1") else {
      throw StoreError(.corruptObject, "the repository's database does not say what is checked out")
    }
    return try row.isNull("branch")
      ? .detached(ObjectID(try row.digest("target"))) : .branch(try RefName(row.text("branch")))
  }

  static func setHead(_ head: Head, in database: Database) throws {
    var branch: String?
    var target: Data?
    switch head {
    case .branch(let name): branch = name.text
    case .detached(let id): target = id.digest.data
    }
    try database.execute(
      sql: "INSERT OR REPLACE INTO head (row, branch, target) VALUES (1, ?, ?)", arguments: [branch, target])
  }
}
