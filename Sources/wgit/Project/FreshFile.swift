import Glibc
import WeightStore

/// A file that a command makes anew. Work that lies there must not be lost to a command typed twice.
struct FreshFile {
  let path: String
  let overwrites: Bool

  /// - Throws: `CommandError.negative` if the file is there and holds something else, unless it may be overwritten.
  func write(_ bytes: [UInt8]) throws {
    try check(bytes)
    try AtomicFile.write(bytes, to: path, temporaryFolder: Folder.parent(of: path))
  }

  private func check(_ bytes: [UInt8]) throws {
    guard !overwrites, access(path, F_OK) == 0 else { return }
    let file = try OpenFile.open(path, flags: O_RDONLY)
    guard try file.byteCount() == bytes.count, try file.read(at: 0, count: bytes.count) == bytes else {
      throw CommandError(
        .negative, "'\(path)' is there already and holds something else",
        hint: "choose another --output, or overwrite it with --force")
    }
  }
}
