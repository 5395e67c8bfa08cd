import Foundation

/// git, to compare with.
enum GitProgram {
  static let path = ["/usr/bin/git", "/usr/local/bin/git"].first { FileManager.default.isExecutableFile(atPath: $0) }

  /// What `git merge-file` makes of three texts, and the number of conflicts.
  static func mergeFile(base: String, ours: String, theirs: String) throws -> (text: String, conflictCount: Int) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "merge-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    let process = Process()
    process.executableURL = path.map { URL(filePath: $0) }
    process.arguments = ["merge-file", "-p", "-L", "ours", "-L", "base", "-L", "theirs", "ours", "base", "theirs"]
    process.currentDirectoryURL = folder
    process.environment = ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"]
    let output = folder.appending(path: "output")
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (String(decoding: try Data(contentsOf: output), as: UTF8.self), Int(process.terminationStatus))
  }
}
