import Foundation
import GRDB

/// Queries of the `certificateResult` table: results that need not be computed again.
enum CertificateResultTable {
  /// What makes two evaluations the same.
  package struct Key: Sendable {
    let commit: ObjectID<Commit>
    let certificate: Digest
    let dataSet: Digest
    let evaluator: String
  }

  static func find(_ key: Key, in database: Database) throws -> ObjectID<CertificateResult>? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT result FROM certificateResult
        WHERE "commit" = ? AND certificate = ? AND dataSet = ? AND evaluator = ?
        """, arguments: [key.commit.digest.data, key.certificate.data, key.dataSet.data, key.evaluator]
    ).map { ObjectID(try $0.digest("result")) }
  }

  static func all(in database: Database) throws -> [ObjectID<CertificateResult>] {
    try Row.fetchAll(database, sql: "SELECT result FROM certificateResult").map { ObjectID(try $0.digest("result")) }
  }

  static func all(
    of commit: ObjectID<Commit>, in database: Database
  ) throws -> [ObjectID<CertificateResult>] {
    try Row.fetchAll(
      database, sql: "SELECT result FROM certificateResult WHERE \"commit\" = ?", arguments: [commit.digest.data]
    ).map { ObjectID(try $0.digest("result")) }
  }

  static func put(_ result: CertificateResult, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO certificateResult ("commit", certificate, dataSet, evaluator, result)
        VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        result.commit.digest.data, result.certificate.data, result.dataSet.data, result.evaluator,
        result.id.digest.data,
      ])
  }

  static func remove(
    where isUnwanted: (ObjectID<CertificateResult>) -> Bool, in database: Database
  ) throws {
    for id in try all(in: database) where isUnwanted(id) {
      try database.execute(sql: "DELETE FROM certificateResult WHERE result = ?", arguments: [id.digest.data])
    }
  }
}
