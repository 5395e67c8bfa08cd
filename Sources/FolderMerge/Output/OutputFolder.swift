import Glibc
import WeightStore

/// A folder that appears whole, or not at all: everything is written under a hidden name beside it, made durable, and
/// then takes its name in one step.
///
/// A process that is killed leaves only the hidden folder; the next merge to the same place removes it, because nobody
/// holds its lock any more.
package final class OutputFolder {
  package let path: String
  private let temporaryPath: String
  /// Open and locked as long as the folder is being written.
  private let lock: OpenFile
  private let replaces: Bool
  private var isPublished = false

  /// The file that marks a folder as made by a merge: only such a one is ever replaced.
  package static let recordName = "wgit_merge.yml"

  /// - Parameter replacing: whether an earlier merge's output there may be replaced.
  /// - Throws: `FolderMergeError.outputExists`; `.inputOutput` if there is no folder to make it in.
  package init(_ path: String, replacing: Bool) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    let parent = Folder.parent(of: path)
    let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    guard !name.isEmpty, name != ".", name != ".." else {
      throw FolderMergeError(.badRequest, "'\(path)' is not a name for a new folder", subjects: [path])
    }
    guard Folder.isFolder(parent) else {
      throw FolderMergeError(.inputOutput, "there is no folder '\(parent)' to make '\(name)' in", subjects: [parent])
    }
    replaces = try OutputFolder.check(path, replacing: replacing)
    OutputFolder.removeLeftovers(of: name, in: parent)
    (temporaryPath, lock) = try OutputFolder.makeTemporary("\(parent)/\(OutputFolder.temporaryPrefix(name))")
  }

  /// A new hidden folder, locked. Another merge to the same place may take it for a leftover before it is: then once more.
  private static func makeTemporary(_ prefix: String) throws -> (path: String, lock: OpenFile) {
    for _ in 0..<100 {
      let path = "\(prefix)\(getpid())-\(UInt32.random(in: .min ... .max))"
      try Folder.create(path)
      guard let lock = try? OpenFile.open(path, flags: O_RDONLY | O_DIRECTORY) else { continue }
      // File systems without locks have no leftovers removed either.
      if flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { continue }
      guard Folder.isFolder(path) else { continue }
      return (path, lock)
    }
    throw FolderMergeError(.inputOutput, "cannot make a folder '\(prefix)…': it vanishes again", subjects: [prefix])
  }

  deinit {
    if !isPublished { OutputFolder.remove(temporaryPath) }
  }

  private static func temporaryPrefix(_ name: String) -> String { ".\(name).wgit-merge-" }

  /// Whether something is there that is to be replaced.
  private static func check(_ path: String, replacing: Bool) throws -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    guard replacing else {
      throw FolderMergeError(.outputExists, "'\(path)' is there already", subjects: [path])
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FolderMergeError(.outputExists, "'\(path)' is there already and is no folder", subjects: [path])
    }
    let names = try Folder.names(in: path)
    guard names.isEmpty || names.contains(recordName) else {
      throw FolderMergeError(
        .outputExists, "'\(path)' was not made by a merge (it has no \(recordName)), so it is not replaced",
        subjects: [path])
    }
    return true
  }

  /// Removes what killed merges left.
  private static func removeLeftovers(of name: String, in parent: String) {
    let prefix = temporaryPrefix(name)
    for leftover in (try? Folder.names(in: parent)) ?? [] where leftover.hasPrefix(prefix) {
      let path = "\(parent)/\(leftover)"
      guard let folder = try? OpenFile.open(path, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
        flock(folder.descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      remove(path)
    }
  }

  /// Starts a file of the folder. Room for it is set aside at once, so that a full disk shows before the work.
  package func makeFile(_ name: String, byteCount: Int) throws -> OutputFile {
    let file = try OpenFile.open("\(temporaryPath)/\(name)", flags: O_RDWR | O_CREAT | O_EXCL)
    let problem = byteCount > 0 ? LinuxCalls.reserve(byteCount, of: file.descriptor) : 0
    guard problem == 0 else {
      throw StoreError.system("set aside \(byteCount) bytes for", "\(path)/\(name)", errno: problem)
    }
    guard ftruncate(file.descriptor, off_t(byteCount)) == 0 else {
      throw StoreError.system("size", "\(path)/\(name)", errno: errno)
    }
    return OutputFile(file)
  }

  /// Writes a small file, making the folder it stands in if need be.
  func write(_ bytes: [UInt8], to name: String) throws {
    let full = "\(temporaryPath)/\(name)"
    let parent = Folder.parent(of: full)
    if !Folder.isFolder(parent) { try Folder.create(parent) }
    let file = try OpenFile.open(full, flags: O_RDWR | O_CREAT | O_TRUNC)
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.synchronize()
    try Folder.synchronize(parent)
  }

  /// Gives the folder its name. All files must have been made durable.
  ///
  /// - Throws: `FolderMergeError.outputExists` if another process made something of that name meanwhile.
  package func publish() throws {
    try lock.synchronize()
    if replaces {
      try exchange()
    } else {
      var problem = LinuxCalls.renameExclusively(temporaryPath, path)
      // A file system that cannot promise it: `rename` itself replaces at most an empty folder.
      if problem == EINVAL || problem == ENOSYS { problem = rename(temporaryPath, path) == 0 ? 0 : errno }
      guard problem == 0 else { throw refusal(problem) }
    }
    isPublished = true
    try Folder.synchronize(Folder.parent(of: path))
  }

  private func refusal(_ problem: Int32) -> any Error {
    problem == EEXIST || problem == ENOTEMPTY || problem == ENOTDIR
      ? FolderMergeError(.outputExists, "'\(path)' is there already", subjects: [path])
      : StoreError.system("create", path, errno: problem)
  }

  private func exchange() throws {
    if LinuxCalls.exchange(temporaryPath, path) {
      // What has the hidden name now is the earlier output.
      OutputFolder.remove(temporaryPath)
      return
    }
    // Not hidden from people: after a crash between the two renames it is the only copy.
    let aside = "\(path).replaced-\(getpid())"
    guard rename(path, aside) == 0 else { throw refusal(errno) }
    guard rename(temporaryPath, path) == 0 else {
      let problem = errno
      rename(aside, path)
      throw StoreError.system("create", path, errno: problem)
    }
    OutputFolder.remove(aside)
  }

  /// Removes a folder and what is in it, without following links.
  private static func remove(_ path: String) {
    for name in (try? Folder.names(in: path)) ?? [] {
      let entry = "\(path)/\(name)"
      if unlink(entry) != 0 { remove(entry) }
    }
    rmdir(path)
  }
}
