import Foundation
import Testing

/// A repository of git's own, to compare with.
final class GitRepository {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "git-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try run(["init", "-q", "--bare", "."])
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func run(_ arguments: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: try #require(RefNameTests.gitPath))
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"]
    let inputURL = folder.appending(path: "input")
    let outputURL = folder.appending(path: "output")
    try Data(input.utf8).write(to: inputURL)
    try Data().write(to: outputURL)
    process.standardInput = try FileHandle(forReadingFrom: inputURL)
    process.standardOutput = try FileHandle(forWritingTo: outputURL)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return try String(contentsOf: outputURL, encoding: .utf8)
  }

  /// Makes commits with these parents, each below its child; gives their ids.
  func importCommits(parents: [[Int]], seconds: [Int64]) throws -> [String] {
    var stream = ""
    for (index, parents) in parents.enumerated() {
      stream += "commit refs/heads/c\(index)\nmark :\(index + 1)\ncommitter A <a@b> \(seconds[index]) +0000\n"
      let message = "commit \(index)"
      stream += "data \(message.utf8.count)\n\(message)\n"
      for (position, parent) in parents.enumerated() {
        stream += "\(position == 0 ? "from" : "merge") :\(parent + 1)\n"
      }
      stream += "\n"
    }
    _ = try run(["fast-import", "--quiet", "--export-marks=marks"], input: stream)
    let lines = try String(contentsOf: folder.appending(path: "marks"), encoding: .utf8).split(separator: "\n")
    var ids = [String](repeating: "", count: parents.count)
    for line in lines {
      let parts = line.dropFirst().split(separator: " ")
      guard let mark = Int(parts[0]) else { continue }
      ids[mark - 1] = String(parts[1])
    }
    return ids
  }
}
