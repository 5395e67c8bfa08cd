/// Reads records of one pack file.
package final class PackReader: Sendable {
  package let name: String
  private let source: any ByteSource

  package init(folder: String, name: String) throws(StoreError) {
    self.name = name
    source = try FileSource(OpenFile.openRegular("\(folder)/\(name)"))
  }

  /// A pack that need not be a file.
  package init(_ source: any ByteSource, name: String) {
    self.name = name
    self.source = source
  }

  private func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    guard offset <= source.byteCount, count <= source.byteCount - offset else {
      throw StoreError(
        .corruptPack, "'\(name)' has \(source.byteCount) bytes; \(count) are wanted from byte \(offset)")
    }
    return try source.read(at: offset, count: count)
  }

  /// A pack that grows: records that stand in it now can be read.
  convenience init(_ file: OpenFile, name: String) {
    self.init(GrowingFile(file: file), name: name)
  }

  /// The payload of a record whose header must say what the index said.
  package func payload(of expected: PackRecord, at offset: Int) throws(StoreError) -> [UInt8] {
    let bytes = try read(at: offset, count: PackRecord.headerByteCount + expected.storedByteCount)
    let (record, _) = try PackRecord.parse(header: Array(bytes.prefix(PackRecord.headerByteCount)))
    let payload = Array(bytes[PackRecord.headerByteCount...])
    guard record.completed(by: payload) == expected else { throw notThere(expected, offset) }
    return payload
  }

  /// - Throws: `StoreError.corruptPack` unless the header at `offset` says what the index said.
  package func checkHeader(of expected: PackRecord, at offset: Int) throws(StoreError) {
    let (record, _) = try PackRecord.parse(header: read(at: offset, count: PackRecord.headerByteCount))
    guard record.hasSameHeader(as: expected) else { throw notThere(expected, offset) }
  }

  private func notThere(_ expected: PackRecord, _ offset: Int) -> StoreError {
    StoreError(.corruptPack, "record at byte \(offset) of '\(name)' is not the \(expected.kind.name) \(expected.id)")
  }

  /// Walks all records in order, checking frame, headers and checksums; needs no index.
  package func forEachRecord(_ body: (PackRecord, _ offset: Int, _ payload: [UInt8]) throws -> Void) throws {
    let byteCount = source.byteCount
    let firstByteCount = min(byteCount, PackFormat.headerByteCount)
    try PackFormat.check(header: try read(at: 0, count: firstByteCount), name: name)
    let end = byteCount - PackFormat.trailerByteCount
    guard end >= PackFormat.headerByteCount else { throw StoreError(.corruptPack, "'\(name)' is cut short") }
    let trailer = try PackFormat.parse(
      trailer: try read(at: end, count: PackFormat.trailerByteCount), name: name)

    let headers = try SHA256()
    var offset = PackFormat.headerByteCount
    var recordCount: UInt64 = 0
    while offset < end {
      guard end - offset >= PackRecord.headerByteCount else {
        throw StoreError(.corruptPack, "'\(name)' has \(end - offset) stray bytes at byte \(offset)")
      }
      let header = try read(at: offset, count: PackRecord.headerByteCount)
      let (record, checksum) = try PackRecord.parse(header: header)
      guard record.storedByteCount <= end - offset - PackRecord.headerByteCount else {
        throw StoreError(.corruptPack, "the record at byte \(offset) of '\(name)' reaches over the end")
      }
      let payload = try read(at: offset + PackRecord.headerByteCount, count: record.storedByteCount)
      guard PackRecord.checksum(header.dropLast(4), payload) == checksum else {
        throw StoreError(.corruptPack, "the record at byte \(offset) of '\(name)' has a wrong checksum")
      }
      header.withUnsafeBytes { headers.update($0) }
      try body(record.completed(by: payload), offset, payload)
      recordCount += 1
      offset += PackRecord.headerByteCount + record.storedByteCount
    }
    guard recordCount == trailer.recordCount, headers.finish() == trailer.digest else {
      throw StoreError(.corruptPack, "'\(name)' does not hold the records its trailer names")
    }
    guard name == PackFormat.fileName(trailer.digest) else {
      throw StoreError(.corruptPack, "'\(name)' has the content of '\(PackFormat.fileName(trailer.digest))'")
    }
  }
}
