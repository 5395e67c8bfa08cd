import WeightStore

/// A pack that lies in memory, with its checksums put right: random bytes would never get past them.
enum PackInput {
  private static let name = "pack-\(String(repeating: "0", count: 64)).pack"

  /// Reads the pack in order, as a check does.
  static func walk(_ input: UnsafeRawBufferPointer) throws {
    var bytes = Array(input)
    mendChecksums(&bytes)
    try PackReader(MemorySource(bytes), name: name).forEachRecord { record, offset, payload in
      require(record.storedByteCount == payload.count, "a payload of another size than its record says")
      require(offset + PackRecord.headerByteCount + payload.count <= bytes.count, "a record beyond the end")
      try decode(payload, record)
    }
  }

  /// Reads what can be read, as a repair does.
  static func salvage(_ input: UnsafeRawBufferPointer) throws {
    var bytes = Array(input)
    mendChecksums(&bytes)
    let source = MemorySource(bytes)
    let salvage = try PackSalvage(source, name: name)
    var end = 0
    for found in salvage.records {
      require(found.offset >= end, "records that overlap")
      end = found.offset + PackRecord.headerByteCount + found.record.storedByteCount
      require(end <= bytes.count, "a record beyond the end")
      _ = try PackReader(source, name: name).payload(of: found.record, at: found.offset)
    }
  }

  /// Memory as large as the record's own limits allow: what they do not stop, the fuzzer's memory limit shows.
  private static func decode(_ payload: [UInt8], _ record: PackRecord) throws {
    let bytes = try ChunkCodec.decode(payload, encoding: record.encoding, rawByteCount: record.rawByteCount)
    require(bytes.count == record.rawByteCount, "another number of bytes than the record says")
  }

  private static func mendChecksums(_ bytes: inout [UInt8]) {
    var offset = PackFormat.headerByteCount
    while bytes.count - offset >= PackRecord.headerByteCount {
      let end = offset + PackRecord.headerByteCount
      guard let (record, _) = try? PackRecord.parse(header: Array(bytes[offset..<end])),
        record.storedByteCount <= bytes.count - end
      else { return }
      let checksum = PackRecord.checksum(
        bytes[offset..<(end - 4)], Array(bytes[end..<(end + record.storedByteCount)]))
      for position in 0..<4 { bytes[end - 4 + position] = UInt8(truncatingIfNeeded: checksum >> (8 * position)) }
      offset = end + record.storedByteCount
    }
  }
}
