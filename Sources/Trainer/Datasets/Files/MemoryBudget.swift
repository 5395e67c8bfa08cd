import Documents
import Glibc

/// How much of a data set may be held in memory: half of what the machine, or the control group of the process, has.
enum MemoryBudget {
  static let byteCount: Int = min(physicalByteCount, groupByteCount ?? .max) / 2

  /// Refuses content that has to be in memory as a whole and is larger than the budget.
  ///
  /// - Throws: `TrainerError` with code `resourceLimit`.
  static func check(_ byteCount: Int, of name: String) throws {
    guard byteCount <= self.byteCount else {
      throw TrainerError(
        .resourceLimit,
        "\(name.quoted()) takes \(byteCount) bytes of memory, more than half of what there is, \(self.byteCount); "
          + "uncompressed IDX, npy and safetensors files are read piece by piece instead")
    }
  }

  private static var physicalByteCount: Int {
    max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
  }

  /// The limit of control groups, version 2; nil if there is none.
  private static var groupByteCount: Int? {
    guard let file = fopen("/sys/fs/cgroup/memory.max", "re") else { return nil }
    defer { fclose(file) }
    var limit = 0
    return withUnsafeMutablePointer(to: &limit) { pointer in
      withVaList([pointer]) { vfscanf(file, "%ld", $0) }
    } == 1 ? limit : nil
  }
}
