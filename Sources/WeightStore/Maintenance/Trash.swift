import Glibc

/// Packs that nothing needs any more wait here for a while before they are deleted: a reader that looked one up a moment
/// ago, and a person who was too quick, still find it.
struct Trash {
  let layout: RepositoryLayout

  /// Files in the trash with the time they were put there, which their names start with.
  func files() throws(StoreError) -> [(name: String, unixSeconds: Int64, byteCount: Int)] {
    guard Folder.isFolder(layout.trashFolder) else { return [] }
    var files: [(name: String, unixSeconds: Int64, byteCount: Int)] = []
    for name in try Folder.names(in: layout.trashFolder) {
      guard let time = name.split(separator: "-").first.flatMap({ Int64($0) }) else { continue }
      let byteCount = try OpenFile.openRegular("\(layout.trashFolder)/\(name)").byteCount()
      files.append((name, time, byteCount))
    }
    return files
  }

  /// Moves a file of the `.wgit` folder into the trash. A missing file is fine: a collection was interrupted.
  func put(_ path: String, now: Int64) throws(StoreError) {
    try Folder.create(layout.trashFolder)
    let name = path.split(separator: "/").last.map(String.init) ?? "file"
    guard rename(path, "\(layout.trashFolder)/\(now)-\(name)") == 0 || errno == ENOENT else {
      throw .system("move to the trash", path, errno: errno)
    }
    try Folder.synchronize(layout.trashFolder)
    try Folder.synchronize(Folder.parent(of: path))
  }

  /// Deletes what was put here at `limit` or before.
  ///
  /// - Returns: bytes freed.
  func empty(upTo limit: Int64) throws(StoreError) -> Int {
    var freed = 0
    for file in try files() where file.unixSeconds <= limit {
      let path = "\(layout.trashFolder)/\(file.name)"
      guard unlink(path) == 0 else { throw .system("delete", path, errno: errno) }
      freed += file.byteCount
    }
    if freed > 0 { try Folder.synchronize(layout.trashFolder) }
    return freed
  }
}
