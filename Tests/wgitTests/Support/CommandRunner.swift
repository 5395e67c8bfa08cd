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
  /// Where `wgit` looks for the files of data sets.
  var data: URL { folder.appendingPathComponent("data") }
  /// The folder that commands run in.
  var current: URL

  init() throws {
    folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask,
      appropriateFor: URL(fileURLWithPath: NSTemporaryDirectory()), create: true
    ).resolvingSymlinksInPath()
    current = folder.appendingPathComponent("project")
    for url in [home, project, data] {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Beside the test bundle, whatever the build configuration.
  static let program: URL = {
    var url = Bundle(for: CommandRunner.self).bundleURL.deletingLastPathComponent()
    if !FileManager.default.fileExists(atPath: url.appendingPathComponent("wgit").path) {
      url = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }
    return url.appendingPathComponent("wgit")
  }()

  @discardableResult
  func wgit(_ arguments: String..., environment: [String: String] = [:]) throws -> Output {
    try run(CommandRunner.program, arguments, environment: environment)
  }

  func run(_ program: URL, _ arguments: [String], environment: [String: String] = [:]) throws -> Output {
    let output = folder.appendingPathComponent("stdout-\(UUID().uuidString)")
    let error = folder.appendingPathComponent("stderr-\(UUID().uuidString)")
    defer { for url in [output, error] { try? FileManager.default.removeItem(at: url) } }
    let process = try start(program, arguments, environment: environment, output: output, error: error)
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, standardOutput: try String(contentsOf: output, encoding: .utf8),
      standardError: try String(contentsOf: error, encoding: .utf8))
  }

  func start(
    _ program: URL, _ arguments: [String], environment extra: [String: String] = [:], output: URL, error: URL
  ) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = current
    var environment = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "WGIT_AUTHOR_NAME": "Ada", "WGIT_AUTHOR_EMAIL": "ada@example.org",
      "WGIT_DATE": "1700000000 +0100", "WGIT_THREADS": "2", "WGIT_DATA": data.path,
    ]
    environment.merge(extra) { $1 }
    process.environment = environment
    for url in [output, error] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    let url = current.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: current.appendingPathComponent(path)))
  }

  /// Text with the folders of this run replaced by names.
  func masked(_ text: String) -> String {
    [(project.path, "$PROJECT"), (home.path, "$HOME"), (data.path, "$DATA"), (folder.path, "$FOLDER")]
      .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }

  func unmasked(_ text: String) -> String {
    [("$PROJECT", project.path), ("$HOME", home.path), ("$DATA", data.path), ("$FOLDER", folder.path)]
      .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }
}
