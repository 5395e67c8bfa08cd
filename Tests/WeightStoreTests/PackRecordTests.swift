import Testing
import WeightStore

struct PackRecordTests {
  private let record = PackRecord(
    kind: .tree, encoding: .zlib, id: SHA256.digest(of: [1]), rawByteCount: 1000, storedByteCount: 3)

  @Test func comesBack() throws {
    let header = record.header(payload: [1, 2, 3])
    #expect(header.count == PackRecord.headerByteCount)
    let (parsed, checksum) = try PackRecord.parse(header: header)
    #expect(parsed == record)
    #expect(checksum == PackRecord.checksum(header.dropLast(4), [1, 2, 3]))
  }

  @Test func everyTruncationIsRefused() {
    let header = record.header(payload: [])
    for count in 0..<header.count {
      #expect(throws: StoreError.self) { try PackRecord.parse(header: Array(header.prefix(count))) }
    }
  }

  /// Sizes as a hostile header states them, at bytes 8 (raw) and 16 (stored).
  @Test(arguments: [
    (UInt64.max, UInt64(3)), (1 << 63, 3), (1 << 40, 3), (1000, .max), (1000, 1001), (100_000_000, 3), (1000, 0),
  ])
  func implausibleSizesAreRefused(_ raw: UInt64, _ stored: UInt64) {
    var header = record.header(payload: [])
    for index in 0..<8 {
      header[8 + index] = UInt8(truncatingIfNeeded: raw >> (8 * UInt64(index)))
      header[16 + index] = UInt8(truncatingIfNeeded: stored >> (8 * UInt64(index)))
    }
    expectError(.corruptPack) { _ = try PackRecord.parse(header: header) }
  }

  @Test func noChunkIsLargerThanAMebibyte() {
    #expect(PackRecord.isPlausible(raw: 1 << 20, stored: 1 << 20, kind: .blob, encoding: .raw))
    #expect(!PackRecord.isPlausible(raw: 1 << 20 + 1, stored: 1 << 20, kind: .blob, encoding: .planes))
    #expect(!PackRecord.isPlausible(raw: -1, stored: -1, kind: .blob, encoding: .raw))
    #expect(!PackRecord.isPlausible(raw: 5, stored: 4, kind: .blob, encoding: .raw))
  }

  @Test func mutantsNeverTrap() {
    var random = DeterministicRandom(seed: 8)
    let header = record.header(payload: [1, 2, 3])
    for _ in 0..<5000 {
      var mutant = header
      for _ in 0..<3 {
        mutant[Int.random(in: 0..<header.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? PackRecord.parse(header: mutant)
    }
  }
}
