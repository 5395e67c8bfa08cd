import Foundation

/// A mounted file system, for as long as this value lives. Needs root.
final class Mount {
  struct Failure: Error {
    let command: [String]
  }

  let folder: URL

  /// Whether file systems, loop devices among them, can be mounted here.
  static let isPossible: Bool = {
    guard geteuid() == 0, let scratch = try? Scratch(),
      (try? run("mkfs.ext4", "-q", "-F", scratch.image(named: "probe", megabytes: 8).path)) != nil
    else { return false }
    return (try? Mount(scratch.folder.appending(path: "probe"), options: "loop")) != nil
  }()

  /// Mounts the image `source`.
  init(_ source: URL, options: String) throws {
    folder = source.deletingLastPathComponent().appending(path: "on-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Mount.run("mount", "-o", options, source.path, folder.path)
  }

  /// A file system in memory.
  init(memory byteCount: Int, below parent: URL) throws {
    folder = parent.appending(path: "on-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Mount.run("mount", "-t", "tmpfs", "-o", "size=\(byteCount)", "tmpfs", folder.path)
  }

  /// The folder `source` as a medium that takes no writes.
  init(readOnly source: URL) throws {
    folder = source.deletingLastPathComponent().appending(path: "on-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Mount.run("mount", "--bind", source.path, folder.path)
    try Mount.run("mount", "-o", "remount,ro,bind", folder.path)
  }

  deinit {
    if (try? Mount.run("umount", folder.path)) == nil { _ = try? Mount.run("umount", "-l", folder.path) }
    rmdir(folder.path)
  }

  static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(command: arguments) }
  }
}

/// A folder for images, which vanishes with this value.
final class Scratch {
  let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appending(path: "wgit-faults-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func image(named name: String, megabytes: Int) throws -> URL {
    let url = folder.appending(path: name)
    _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    guard truncate(url.path, off_t(megabytes) << 20) == 0 else { throw Mount.Failure(command: ["truncate", url.path]) }
    return url
  }
}
