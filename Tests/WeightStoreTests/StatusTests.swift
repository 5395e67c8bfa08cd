import Foundation
import Testing
import WeightStore

struct StatusTests {
  /// Same size, same inode, written at once after the stage was recorded: only the content tells.
  @Test func aChangeWithinTheSameClockTickIsSeen() throws {
    let temporary = try TemporaryRepository()
    for round in 0..<30 {
      try temporary.write([UInt8(round), 0], to: "a")
      _ = try temporary.repository.add([nil])
      let handle = try FileHandle(forWritingTo: URL(filePath: "\(temporary.folder)/a"))
      try handle.write(contentsOf: [UInt8(round), 1])
      try handle.close()
      #expect(try temporary.repository.status().unstaged.map(\.path.text) == ["a"])
    }
  }

  @Test func aChangeAfterACheckoutIsSeen() throws {
    let temporary = try TemporaryRepository()
    try temporary.write([1], to: "a")
    let first = try temporary.commit("first").id
    try temporary.write([2], to: "a")
    try temporary.commit("second")
    for target in [Repository.SwitchTarget.detached(first), .branch("main"), .detached(first)] {
      _ = try temporary.repository.switchTo(target)
      let before = try temporary.read("a")
      let handle = try FileHandle(forWritingTo: URL(filePath: "\(temporary.folder)/a"))
      try handle.write(contentsOf: [7])
      try handle.close()
      #expect(try temporary.repository.status().unstaged.count == 1)
      try temporary.write(before, to: "a")
      #expect(try temporary.repository.status().isClean)
    }
  }

  @Test func stampsProveOnlyWhatIsOldEnough() {
    let entry = Tree.Entry(kind: .file, isExecutable: false, byteCount: 1, sha256: .zero, manifest: ObjectID(.zero))
    func isProven(changed: Int64, recorded: Int64, size: Int = 1) -> Bool {
      let stamp = FileStamp(inode: 1, byteCount: 1, modifiedNanoseconds: 5, changedNanoseconds: changed)
      let current = FileStamp(inode: 1, byteCount: size, modifiedNanoseconds: 5, changedNanoseconds: changed)
      return StagedFile(entry: entry, stamp: stamp, recordedNanoseconds: recorded).isProvenUnchanged(current)
    }
    #expect(isProven(changed: 1_000_000_001, recorded: 1_100_000_000))
    #expect(!isProven(changed: 1_000_000_001, recorded: 1_010_000_000))
    #expect(!isProven(changed: 1_000_000_001, recorded: 1_100_000_000, size: 2))
    #expect(!isProven(changed: 1_000_000_001, recorded: 0))
    #expect(!isProven(changed: .max, recorded: .max))
    // A file system that keeps whole seconds.
    #expect(!isProven(changed: 1_000_000_000, recorded: 2_000_000_000))
    #expect(isProven(changed: 1_000_000_000, recorded: 4_000_000_000))
  }

  @Test func thousandsOfFiles() throws {
    let temporary = try TemporaryRepository()
    for number in 0..<3000 {
      try temporary.write([UInt8(truncatingIfNeeded: number)], to: "d\(number % 40)/f\(number)")
    }
    try temporary.commit("many")
    let start = ContinuousClock.now
    #expect(try temporary.repository.status().isClean)
    try temporary.remove("d7/f7")
    #expect(try temporary.repository.status().unstaged.map(\.path.text) == ["d7/f7"])
    #expect(ContinuousClock.now - start < .seconds(10))
  }
}
