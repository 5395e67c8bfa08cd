import Foundation

/// Runs the built `wgit` in a folder of its own with a fixed clock, identity and home.
final class CommandRunner {
  struct Output {
    let status: Int32
    let standardOutput: String
    let standardError: String
  }

  let folder: URL
  private var home: URL { folder.appendingPathComponent("home") }
  var project: URL { folder.appendingPathComponent("project") }

  init() throws {
    folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask,
      appropriateFor: URL(fileURLWithPath: NSTemporaryDirectory()), create: true
    ).resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: project, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Beside the test bundle, whatever the build configuration.
  private static let program: URL = {
    var url = Bundle(for: CommandRunner.self).bundleURL.deletingLastPathComponent()
    if !FileManager.default.fileExists(atPath: url.appendingPathComponent("wgit").path) {
      url = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }
    return url.appendingPathComponent("wgit")
  }()

  @discardableResult
  func wgit(_ arguments: String..., environment extra: [String: String] = [:]) throws -> Output {
    let process = Process()
    process.executableURL = CommandRunner.program
    process.arguments = arguments
    process.currentDirectoryURL = project
    var environment = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "WGIT_AUTHOR_NAME": "Ada", "WGIT_AUTHOR_EMAIL": "ada@example.org",
      "WGIT_DATE": "1700000000 +0100", "WGIT_THREADS": "2",
    ]
    environment.merge(extra) { $1 }
    process.environment = environment
    let output = folder.appendingPathComponent("stdout")
    let error = folder.appendingPathComponent("stderr")
    for url in [output, error] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, standardOutput: try String(contentsOf: output, encoding: .utf8),
      standardError: try String(contentsOf: error, encoding: .utf8))
  }

  func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    let url = project.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: project.appendingPathComponent(path)))
  }
}
