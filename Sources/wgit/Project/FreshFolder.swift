import Glibc
import WeightStore

/// A folder that a command fills: new, or empty, or one whose files may be replaced. Each file appears whole or not at all.
struct FreshFolder {
  let path: String

  /// - Throws: `CommandError.negative` if the folder holds something, unless its files may be replaced.
  init(_ path: String, overwrites: Bool) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    guard !path.isEmpty else { throw CommandError(.usage, "a folder needs a name") }
    let parent = Folder.parent(of: path)
    guard Folder.isFolder(parent) else { throw CommandError(.notFound, "there is no folder '\(parent)'") }
    var status = stat()
    if lstat(path, &status) == 0 {
      guard Folder.isFolder(path) else { throw CommandError(.negative, "'\(path)' is there already and is no folder") }
      guard try overwrites || Folder.names(in: path).isEmpty else {
        throw CommandError(
          .negative, "'\(path)' is not empty", hint: "name a new folder, or replace files in it with --force")
      }
    }
    try Folder.create(path)
  }

  func write(_ text: String, to file: RelativePath) throws {
    try stream(to: file) { write in try Array(text.utf8).withUnsafeBytes(write) }
  }

  func stream(
    to file: RelativePath, isExecutable: Bool = false,
    _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    for folder in file.ancestors { try Folder.create("\(path)/\(folder.text)") }
    let target = "\(path)/\(file.text)"
    let atomic = try AtomicFile(temporaryFolder: Folder.parent(of: target), mode: isExecutable ? 0o777 : 0o666)
    let output = atomic.file
    try body { try output.write($0) }
    try atomic.publish(to: target)
  }
}
