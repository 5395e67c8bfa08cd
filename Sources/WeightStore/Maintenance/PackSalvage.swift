/// Reads what can be read of a pack, whatever happened to the rest.
package struct PackSalvage {
  package struct Found: Sendable {
    package let record: PackRecord
    package let offset: Int
  }

  /// Records with a right checksum, in order.
  package private(set) var records: [Found] = []
  package private(set) var byteCount = 0
  /// What is wrong with the pack; empty if it is whole.
  package private(set) var faults: [String] = []

  private let source: any ByteSource
  /// Marks without a record behind them cost reading what they claim to be: they must not cost more than a few times the
  /// pack.
  private var bytesLeft: Int

  init(folder: String, name: String) throws(StoreError) {
    try self.init(FileSource(OpenFile.openRegular("\(folder)/\(name)")), name: name)
  }

  package init(_ source: any ByteSource, name: String) throws(StoreError) {
    self.source = source
    byteCount = source.byteCount
    bytesLeft = 8 * min(byteCount, 1 << 50) + (64 << 20)
    do {
      try PackFormat.check(header: read(0, min(byteCount, PackFormat.headerByteCount)), name: name)
    } catch {
      // A pack of a later format is none of ours to take apart.
      guard error.code != .unsupportedFormat else { throw error }
      faults.append(error.message)
    }
    var offset = PackFormat.headerByteCount
    let end = byteCount - PackFormat.trailerByteCount
    while offset < byteCount {
      guard bytesLeft > 0 else {
        faults.append("from byte \(offset) on it is full of records that are none")
        return
      }
      if let record = try record(at: offset) {
        records.append(Found(record: record, offset: offset))
        offset += PackRecord.headerByteCount + record.storedByteCount
      } else if offset == end, try isTrailer(at: offset) {
        return
      } else {
        let next = try nextMark(after: offset) ?? byteCount
        faults.append("bytes \(offset) to \(next) are unreadable")
        offset = next
      }
    }
    faults.append("it has no end mark")
  }

  /// `nil` unless a record with a right checksum stands there.
  private mutating func record(at offset: Int) throws(StoreError) -> PackRecord? {
    guard byteCount - offset >= PackRecord.headerByteCount else { return nil }
    let header = try read(offset, PackRecord.headerByteCount)
    guard let (record, checksum) = try? PackRecord.parse(header: header),
      record.storedByteCount <= byteCount - offset - PackRecord.headerByteCount
    else { return nil }
    let payload = try read(offset + PackRecord.headerByteCount, record.storedByteCount)
    return PackRecord.checksum(header.dropLast(4), payload) == checksum ? record.completed(by: payload) : nil
  }

  private mutating func isTrailer(at offset: Int) throws(StoreError) -> Bool {
    let trailer = try read(offset, PackFormat.trailerByteCount)
    return (try? PackFormat.parse(trailer: trailer, name: "")) != nil
  }

  /// The next place where a record's mark stands.
  private mutating func nextMark(after offset: Int) throws(StoreError) -> Int? {
    let window = 1 << 16
    var start = offset + 1
    while start < byteCount {
      let bytes = try read(start, min(window + PackRecord.mark.count - 1, byteCount - start))
      for position in bytes.indices.dropLast(PackRecord.mark.count - 1)
      where bytes[position] == PackRecord.mark[0]
        && bytes[position..<(position + PackRecord.mark.count)].elementsEqual(PackRecord.mark)
      {
        return start + position
      }
      start += window
    }
    return nil
  }

  private mutating func read(_ offset: Int, _ count: Int) throws(StoreError) -> [UInt8] {
    bytesLeft -= count
    return try source.read(at: offset, count: count)
  }
}
