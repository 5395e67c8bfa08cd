import Foundation
import GRDB

/// Queries of the `stage` table: the next commit's tree, with what the file system said when each file was last read.
enum StageTable {
  static func all(in database: Database) throws -> [RelativePath: StagedFile] {
    var files: [RelativePath: StagedFile] = [:]
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM stage")
    while let row = try rows.next() {
      let kindName: String = row["kind"]
      let sha256: Data = row["sha256"]
      let manifest: Data = row["manifest"]
      guard let kind = Tree.FileKind(rawValue: kindName), let sha = Digest(bytes: sha256),
        let manifestID = Digest(bytes: manifest)
      else { throw StoreError(.corruptObject, "the stage holds an entry that this wgit cannot read") }
      let entry = Tree.Entry(
        kind: kind, isExecutable: row["isExecutable"], byteCount: row["byteCount"], sha256: sha,
        manifest: ObjectID(manifestID))
      let stamp = FileStamp(
        inode: row["inode"], byteCount: row["byteCount"], modifiedNanoseconds: row["modifiedNanoseconds"],
        changedNanoseconds: row["changedNanoseconds"])
      files[try RelativePath(row["path"])] = StagedFile(
        entry: entry, stamp: stamp, recordedNanoseconds: row["recordedNanoseconds"])
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
