import Glibc
import WeightStore

/// A pack file that lies in memory, with its checksums put right: random bytes would never get past them.
enum PackInput {
  private static let name = "pack-\(String(repeating: "0", count: 64)).pack"

  /// A folder of the system's memory file system, for this process.
  private static let folder: String = {
    let path = "/dev/shm/wgit-fuzz-\(getpid())"
    mkdir(path, 0o700)
    return path
  }()

  private static let file = open("\(folder)/\(name)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)

  static func walk(_ input: UnsafeRawBufferPointer) throws {
    var bytes = Array(input)
    mendChecksums(&bytes)
    guard ftruncate(file, 0) == 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else { return }
    try PackReader(folder: folder, name: name).forEachRecord { record, _, payload in
      // As large as the record's own limits allow: what they do not stop, the fuzzer's memory limit shows.
      _ = try ChunkCodec.decode(payload, encoding: record.encoding, rawByteCount: record.rawByteCount)
    }
  }

  private static func mendChecksums(_ bytes: inout [UInt8]) {
    var offset = 16
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
