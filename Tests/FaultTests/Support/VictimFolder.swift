import Foundation

/// A folder outside the repository, with files that only their owner should change.
enum VictimFolder {
  /// Names that wgit gives to its own files are among them.
  private static let names = [
    "notes", "write-1-2", "1700000000-keep", "pack-\(String(repeating: "a", count: 64)).pack",
  ]

  static func make(beside project: Project) throws {
    let folder = url(project)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in names { try Data("mine".utf8).write(to: folder.appending(path: name)) }
  }

  static func content(of project: Project) throws -> [String: Data] {
    let folder = url(project)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [:] }
    var content: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      content[name] = try Data(contentsOf: folder.appending(path: name))
    }
    return content
  }

  private static func url(_ project: Project) -> URL { project.folder.appending(path: "victim") }
}
