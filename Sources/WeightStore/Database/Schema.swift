import GRDB

/// The tables, as numbered migrations. A migration that has landed is never edited; a change is a new one.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE pack (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, byteCount INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE object (
            kind INTEGER NOT NULL, id BLOB NOT NULL, pack INTEGER NOT NULL REFERENCES pack, position INTEGER NOT NULL,
            rawByteCount INTEGER NOT NULL, storedByteCount INTEGER NOT NULL, encoding INTEGER NOT NULL, baseID BLOB,
            PRIMARY KEY (kind, id)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE ref (name TEXT PRIMARY KEY, target BLOB NOT NULL) STRICT, WITHOUT ROWID;
          CREATE TABLE head (
            row INTEGER PRIMARY KEY CHECK (row = 1), branch TEXT, target BLOB, CHECK ((branch IS NULL) <> (target IS NULL))
          ) STRICT;
          CREATE TABLE operation (number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE) STRICT;
          CREATE TABLE stage (
            path TEXT PRIMARY KEY, kind TEXT NOT NULL, isExecutable INTEGER NOT NULL, byteCount INTEGER NOT NULL,
            sha256 BLOB NOT NULL, manifest BLOB NOT NULL,
            inode INTEGER NOT NULL, modifiedNanoseconds INTEGER NOT NULL, changedNanoseconds INTEGER NOT NULL,
            recordedNanoseconds INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE certificateResult (
            "commit" BLOB NOT NULL, certificate BLOB NOT NULL, dataSet BLOB NOT NULL, evaluator TEXT NOT NULL,
            result BLOB NOT NULL, PRIMARY KEY ("commit", certificate, dataSet, evaluator)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2") { database in
      try database.execute(
        sql: "CREATE TABLE openMerge (row INTEGER PRIMARY KEY CHECK (row = 1), state TEXT NOT NULL) STRICT")
    }
    return migrator
  }
}
