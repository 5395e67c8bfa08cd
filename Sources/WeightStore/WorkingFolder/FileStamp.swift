import Glibc

/// What `stat` says of a file: if none of it moved, the file was not changed.
package struct FileStamp: Hashable, Sendable {
  package let inode: Int64
  package let byteCount: Int
  package let modifiedNanoseconds: Int64
  package let changedNanoseconds: Int64

  /// Fits no file.
  static let unknown = FileStamp(inode: -1, byteCount: -1, modifiedNanoseconds: 0, changedNanoseconds: 0)

  package init(inode: Int64, byteCount: Int, modifiedNanoseconds: Int64, changedNanoseconds: Int64) {
    self.inode = inode
    self.byteCount = byteCount
    self.modifiedNanoseconds = modifiedNanoseconds
    self.changedNanoseconds = changedNanoseconds
  }

  init(_ status: stat) {
    inode = Int64(truncatingIfNeeded: status.st_ino)
    byteCount = Int(status.st_size)
    modifiedNanoseconds = FileStamp.nanoseconds(status.st_mtim)
    changedNanoseconds = FileStamp.nanoseconds(status.st_ctim)
  }

  /// Whether the content is certainly that of `before`, a stamp taken by the moment `renamed`: as soon as a file has its
  /// name, others may write to it.
  func wasOnlyRenamed(since before: FileStamp, at renamed: Int64) -> Bool {
    inode == before.inode && byteCount == before.byteCount && modifiedNanoseconds == before.modifiedNanoseconds
      && modifiedNanoseconds < renamed - StagedFile.clockTickNanoseconds
  }

  /// The clock that file systems stamp with.
  static func nowNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

/// A staged entry with the stamp of the file it was read from.
package struct StagedFile: Hashable, Sendable {
  package let entry: Tree.Entry
  package let stamp: FileStamp
  /// A moment before the stamp was taken, by the file system's clock. Before, not after: whatever changes the file later
  /// is stamped with this moment's tick or a later one.
  package let recordedNanoseconds: Int64

  package init(entry: Tree.Entry, stamp: FileStamp, recordedNanoseconds: Int64) {
    self.entry = entry
    self.stamp = stamp
    self.recordedNanoseconds = recordedNanoseconds
  }

  /// The kernel stamps files with a clock that ticks every few milliseconds: a file written in the tick in which its
  /// stamp was taken may have changed without a trace, so such a stamp proves nothing.
  fileprivate static let clockTickNanoseconds: Int64 = 20_000_000
  /// Some file systems keep whole seconds, some every other one.
  private static let coarseTickNanoseconds: Int64 = 2_000_000_000

  /// Whether a file with stamp `current` is certainly the staged one.
  package func isProvenUnchanged(_ current: FileStamp) -> Bool {
    guard current == stamp else { return false }
    let isCoarse = stamp.changedNanoseconds % 1_000_000_000 == 0
    let tick = isCoarse ? Self.coarseTickNanoseconds : Self.clockTickNanoseconds
    let (newest, overflow) = max(stamp.modifiedNanoseconds, stamp.changedNanoseconds).addingReportingOverflow(tick)
    return !overflow && newest < recordedNanoseconds
  }
}
