import Glibc

/// Reads what can be read of a pack, whatever happened to the rest.
struct PackSalvage {
  struct Found: Sendable {
    let record: PackRecord
    let offset: Int
  }

  /// Records with a right checksum, in order.
  private(set) var records: [Found] = []
  private(set) var byteCount = 0
  /// What is wrong with the pack; empty if it is whole.
  private(set) var faults: [String] = []

  private let file: OpenFile

  init(folder: String, name: String) throws(StoreError) {
    file = try OpenFile.open("\(folder)/\(name)", flags: O_RDONLY)
    byteCount = try file.byteCount()
    var offset = PackFormat.headerByteCount
    let end = byteCount - PackFormat.trailerByteCount
    while offset < byteCount {
      if let record = try record(at: offset) {
        records.append(Found(record: record, offset: offset))
        offset += PackRecord.headerByteCount + record.storedByteCount
      } else if offset == end,
        (try? PackFormat.parse(trailer: read(offset, PackFormat.trailerByteCount), name: name)) != nil
      {
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
  private func record(at offset: Int) throws(StoreError) -> PackRecord? {
    guard byteCount - offset >= PackRecord.headerByteCount else { return nil }
    let header = try read(offset, PackRecord.headerByteCount)
    guard let (record, checksum) = try? PackRecord.parse(header: header),
      record.storedByteCount <= byteCount - offset - PackRecord.headerByteCount
    else { return nil }
    let payload = try read(offset + PackRecord.headerByteCount, record.storedByteCount)
    return PackRecord.checksum(header.dropLast(4), payload) == checksum ? record.completed(by: payload) : nil
  }

  /// The next place where a record's mark stands.
  private func nextMark(after offset: Int) throws(StoreError) -> Int? {
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

  private func read(_ offset: Int, _ count: Int) throws(StoreError) -> [UInt8] {
    try file.read(at: offset, count: count)
  }
}
