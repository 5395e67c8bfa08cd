import CZlib
import Documents

/// The members of a ZIP archive, as `numpy.savez` and `savez_compressed` write it: stored or deflated, with sizes of 32
/// or 64 bits. Several disks, encryption and other methods are refused.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, §4.3.
package struct ZIPArchive {
  package struct Member {
    package let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let compressedByteCount: Int
    let byteCount: Int
    let headerOffset: Int
  }

  package let members: [Member]
  private let file: DataFile

  private static let memberLimit = 1 << 16

  package init(_ file: DataFile) throws {
    self.file = file
    let directory = try ZIPDirectory(file)
    guard directory.memberCount <= Self.memberLimit else {
      throw directory.refusal("has \(directory.memberCount) members, \(Self.memberLimit) are read")
    }
    members = try directory.members()
  }

  /// The bytes of a member: where they stand in the file if they are stored, inflated in memory if not. Their checksum
  /// has been verified.
  package func open(_ member: Member) throws -> (file: DataFile, range: Range<Int>) {
    let name = "\(file.name)/\(member.name)"
    let range = try dataRange(of: member)
    let stream = try ByteStream(file, range: range, name: name, encoding: member.isDeflated ? .deflate : .stored)
    guard member.byteCount <= stream.remainingLimit else {
      throw TrainerError(
        .malformedDataFile,
        "\(name.quoted()) promises \(member.byteCount) bytes, more than its \(range.count) bytes can hold")
    }
    guard member.isDeflated else {
      try check(member, checksum(stream, byteCount: member.byteCount), name: name)
      return (file, range)
    }
    try MemoryBudget.check(member.byteCount, of: name)
    let content = try ByteBlock(count: member.byteCount)
    try stream.read(into: content.bytes)
    try stream.finish()
    try check(member, Self.checksum(of: UnsafeRawBufferPointer(content.bytes)), name: name)
    return (DataFile(content, name: name), 0..<content.count)
  }

  private func check(_ member: Member, _ checksum: UInt32, name: String) throws {
    guard checksum == member.checksum else {
      throw TrainerError(.malformedDataFile, "\(name.quoted()) is damaged: its bytes have another checksum")
    }
  }

  /// The checksum of a stored member, read in pieces.
  private func checksum(_ stream: ByteStream, byteCount: Int) throws -> UInt32 {
    let piece = try ByteBlock(count: 1 << 18)
    var (sum, rest) = (UInt32(0), byteCount)
    while rest > 0 {
      let part = UnsafeMutableRawBufferPointer(start: piece.start, count: min(rest, piece.count))
      try stream.read(into: part)
      sum = Self.checksum(of: UnsafeRawBufferPointer(part), after: sum)
      rest -= part.count
    }
    return sum
  }

  private static func checksum(of bytes: UnsafeRawBufferPointer, after sum: UInt32 = 0) -> UInt32 {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return sum }
    return UInt32(truncatingIfNeeded: crc32_z(UInt(sum), start, bytes.count))
  }

  /// Where the bytes of a member stand, behind the copy of its name in the local header.
  private func dataRange(of member: Member) throws -> Range<Int> {
    let refuse = { (what: String) in
      TrainerError(.malformedDataFile, "\("\(file.name)/\(member.name)".quoted()) \(what)")
    }
    guard member.headerOffset <= file.byteCount - 30 else { throw refuse("begins behind the end of the archive") }
    let header = ZIPFields(try file.read(at: member.headerOffset, count: 30))
    guard header[bits: 32, 0] == 0x0403_4B50 else { throw refuse("has no local header at byte \(member.headerOffset)") }
    let start = member.headerOffset + 30 + header[bits: 16, 26] + header[bits: 16, 28]
    guard start <= file.byteCount, member.compressedByteCount <= file.byteCount - start else {
      throw refuse("goes on behind the end of the archive")
    }
    return start..<start + member.compressedByteCount
  }
}
