import Foundation

/// A folder with a wgit repository, and the built program to use it with. Vanishes with this value.
final class Project: Sendable {
  struct Output {
    let status: Int32
    let wasKilled: Bool
    let text: String
    let errors: String
  }

  let folder: URL

  init() throws {
    folder = try FileManager.default.url(
      for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: FileManager.default.temporaryDirectory,
      create: true
    ).resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  /// In a folder that the caller made: a mounted file system.
  init(at folder: URL) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  /// A copy, to be broken.
  convenience init(copying other: Project, to folder: URL) throws {
    try self.init(at: folder)
    try FileManager.default.removeItem(at: root)
    try FileManager.default.copyItem(at: other.root, to: root)
  }

  /// A copy, to be broken.
  convenience init(copying other: Project) throws {
    try self.init()
    try FileManager.default.removeItem(at: root)
    try FileManager.default.copyItem(at: other.root, to: root)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var root: URL { folder.appending(path: "project") }
  var temporaryFiles: [String] { names(".wgit/tmp") }

  /// Beside the test bundle, whatever the build configuration.
  static let program: URL = {
    let bundle = Bundle(for: Project.self).bundleURL.deletingLastPathComponent().appending(path: "wgit")
    if FileManager.default.fileExists(atPath: bundle.path) { return bundle }
    return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "wgit")
  }()

  func start(_ arguments: [String], environment extra: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = Project.program
    process.arguments = arguments
    process.currentDirectoryURL = root
    let fixed = [
      "HOME": folder.path, "PATH": "/usr/bin:/bin", "WGIT_AUTHOR_NAME": "Ada", "WGIT_AUTHOR_EMAIL": "ada@example.org",
      "WGIT_DATE": "1700000000 +0100", "WGIT_THREADS": "2",
    ]
    process.environment = fixed.merging(extra) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  @discardableResult
  func wgit(_ arguments: [String], environment: [String: String] = [:]) throws -> Output {
    let process = try start(arguments, environment: environment)
    let id = UUID().uuidString
    let urls = ["stdout", "stderr"].map { folder.appending(path: "\($0)-\(id)") }
    for url in urls { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: urls[0])
    process.standardError = try FileHandle(forWritingTo: urls[1])
    try process.run()
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      text: try String(contentsOf: urls[0], encoding: .utf8), errors: try String(contentsOf: urls[1], encoding: .utf8))
  }

  func wgit(_ arguments: String...) throws -> Output { try wgit(arguments) }

  func write(_ bytes: [UInt8], to path: String) throws {
    let url = root.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(at: root.appending(path: path)) }

  /// Every file of the working folder, with its bytes.
  func workingFiles() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where !path.hasPrefix(".wgit") {
      let url = root.appending(path: path)
      guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
      files[path] = try Data(contentsOf: url)
    }
    return files
  }

  private func names(_ path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
  }
}

/// A safetensors file of F32 tensors whose values are drawn from `seed`.
func checkpoint(_ tensors: [(name: String, count: Int, seed: UInt64)]) -> [UInt8] {
  var members: [String] = []
  var data: [UInt8] = []
  for tensor in tensors {
    var state = tensor.seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let begin = data.count
    for _ in 0..<tensor.count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Float(Int64(bitPattern: state) >> 40) / Float(1 << 24)
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    members.append(
      "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(tensor.count)],\"data_offsets\":[\(begin),\(data.count)]}")
  }
  let header = Array("{\(members.joined(separator: ","))}".utf8)
  return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
}
