/// The frame around the records of a pack file.
package enum PackFormat {
  package static let version: UInt32 = 1
  package static let headerByteCount = 16
  package static let trailerByteCount = 48
  private static let headerMagic = Array("WGITPACK".utf8)
  private static let trailerMagic = Array("WGITEND\0".utf8)

  package static func header() -> [UInt8] {
    var bytes = headerMagic
    bytes.appendLittleEndian(version)
    bytes.appendLittleEndian(UInt32(0))
    return bytes
  }

  /// `recordsDigest` is the SHA-256 of all record headers in order; it also names the file.
  package static func trailer(recordCount: Int, recordsDigest: Digest) -> [UInt8] {
    var bytes = trailerMagic
    bytes.appendLittleEndian(UInt64(recordCount))
    bytes += recordsDigest.bytes
    return bytes
  }

  package static func fileName(_ recordsDigest: Digest) -> String { "pack-\(recordsDigest.hex).pack" }

  package static func isPackName(_ name: String) -> Bool {
    Digest(hex: name.dropFirst(5).dropLast(5)).map { fileName($0) } == name
  }

  package static func check(header bytes: [UInt8], name: String) throws(StoreError) {
    guard bytes.count == headerByteCount, Array(bytes[..<8]) == headerMagic else {
      throw StoreError(.corruptPack, "'\(name)' is not a pack")
    }
    let found = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard found == version else {
      throw StoreError(.unsupportedFormat, "'\(name)' has pack format \(found); this wgit reads format \(version)")
    }
    guard bytes[12...].allSatisfy({ $0 == 0 }) else {
      throw StoreError(.corruptPack, "'\(name)' has other bytes than zero in the reserved part of its header")
    }
  }

  package static func parse(trailer bytes: [UInt8], name: String) throws(StoreError) -> (
    recordCount: UInt64, digest: Digest
  ) {
    guard bytes.count == trailerByteCount, Array(bytes[..<8]) == trailerMagic, let digest = Digest(bytes: bytes[16...])
    else { throw StoreError(.corruptPack, "'\(name)' does not end as a pack does: it may be cut short") }
    return (bytes[8..<16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }, digest)
  }
}
