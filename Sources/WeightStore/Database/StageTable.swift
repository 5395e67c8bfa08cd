import Foundation
import GRDB

/// Queries of the `stage` table: the next commit's tree, with what the file system said when each file was last read.
enum StageTable {
  static func all(in database: Database) throws -> [RelativePath: StagedFile] {
    var files: [RelativePath: StagedFile] = [:]
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM stage")
    while let row = try rows.next() {
      guard let kind = Tree.FileKind(rawValue: try row.text("kind")) else { throw row.broken("kind") }
      let entry = Tree.Entry(
        kind: kind, isExecutable: try row.integer("isExecutable", as: Int.self) != 0,
        byteCount: try row.count("byteCount"), sha256: try row.digest("sha256"),
        manifest: ObjectID(try row.digest("manifest")))
      let stamp = FileStamp(
        inode: try row.integer("inode"), byteCount: entry.byteCount,
        modifiedNanoseconds: try row.integer("modifiedNanoseconds"),
        changedNanoseconds: try row.integer("changedNanoseconds"))
      files[try RelativePath(row.text("path"))] = StagedFile(
        entry: entry, stamp: stamp, recordedNanoseconds: try row.integer("recordedNanoseconds"))
    }
    return files
  }

  static func put(_ path: RelativePath, _ file: StagedFile, in database: Database) throws {
    let entry = file.entry
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO stage (path, kind, isExecutable, byteCount, sha256, manifest, inode,
          modifiedNanoseconds, changedNanoseconds, recordedNanoseconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      path.text, entry.kind.rawValue, entry.isExecutable, entry.byteCount, entry.sha256.data,
      entry.manifest.digest.data, file.stamp.inode, file.stamp.modifiedNanoseconds, file.stamp.changedNanoseconds,
      file.recordedNanoseconds,
    ])
  }

  static func remove(_ path: RelativePath, in database: Database) throws {
    try database.execute(sql: "DELETE FROM stage WHERE path = ?", arguments: [path.text])
  }
}
