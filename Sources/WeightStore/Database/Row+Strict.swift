import Foundation
import GRDB

// The row's own subscripts end the process on a missing column and on a value of another type or size. The database is a
// file like any other: what it holds may be damaged.
extension Row {
  func integer<Value: FixedWidthInteger>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(StoreError) -> Value {
    guard let wide = Int64.fromDatabaseValue(try cell(column)), let value = Value(exactly: wide) else {
      throw broken(column)
    }
    return value
  }

  /// A size or an offset: an integer from 0.
  func count(_ column: String) throws(StoreError) -> Int {
    let value = try integer(column, as: Int.self)
    guard value >= 0 else { throw broken(column) }
    return value
  }

  func text(_ column: String) throws(StoreError) -> String {
    guard let text = String.fromDatabaseValue(try cell(column)) else { throw broken(column) }
    return text
  }

  func digest(_ column: String) throws(StoreError) -> Digest {
    guard let digest = Data.fromDatabaseValue(try cell(column)).flatMap({ Digest(bytes: $0) }) else {
      throw broken(column)
    }
    return digest
  }

  /// Digests one after the other; none for NULL.
  func digests(_ column: String) throws(StoreError) -> [Digest] {
    let value = try cell(column)
    if value.isNull { return [] }
    guard let data = Data.fromDatabaseValue(value), !data.isEmpty, data.count.isMultiple(of: Digest.byteCount) else {
      throw broken(column)
    }
    return stride(from: 0, to: data.count, by: Digest.byteCount).compactMap {
      Digest(bytes: data.dropFirst($0).prefix(Digest.byteCount))
    }
  }

  func isNull(_ column: String) throws(StoreError) -> Bool { try cell(column).isNull }

  /// A table of another program's making may not have the column.
  private func cell(_ column: String) throws(StoreError) -> DatabaseValue {
    guard hasColumn(column) else { throw broken(column) }
    return self[column]
  }

  func broken(_ column: String) -> StoreError {
    StoreError(.corruptObject, "the repository's database holds a '\(column)' that this wgit cannot read")
  }
}
