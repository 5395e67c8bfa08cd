import Foundation

/// One run of wgit, with what it took and everything that it changed or started.
struct MeasuredRun {
  let status: Int32
  let signal: Int32
  let peakMebibytes: Int
  let cpuSeconds: Double
  let text: String
  /// Absolute paths of what was written, renamed, removed or made durable.
  let changedPaths: Set<String>
  let startedPrograms: [String]

  struct NotMeasured: Error {
    let report: String
  }

  init(_ arguments: [String], in project: Project) throws {
    let report = project.folder.appending(path: "measured")
    let output = project.folder.appending(path: "measured-output")
    let log = project.folder.appending(path: "measured-calls")
    for url in [report, log] { try? FileManager.default.removeItem(at: url) }
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let process = try project.start(
      arguments, environment: StorageFaults.environment(.count, log: log.path).merging(["WGIT_DATE": ""]) { $1 })
    process.executableURL = StorageFaults.launcher.map { URL(filePath: $0) }
    process.arguments = [report.path, Project.program.path, "-C", project.root.path] + arguments
    process.currentDirectoryURL = project.folder
    let sink = try FileHandle(forWritingTo: output)
    process.standardOutput = sink
    process.standardError = sink
    try process.run()
    process.waitUntilExit()
    text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    let numbers = try String(contentsOf: report, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap {
      Int($0)
    }
    guard process.terminationStatus == 0, numbers.count == 4 else { throw NotMeasured(report: "\(numbers) \(text)") }
    status = Int32(numbers[0])
    signal = Int32(numbers[1])
    peakMebibytes = numbers[2] / 1024
    cpuSeconds = Double(numbers[3]) / 1e6
    let calls = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    var changed: Set<String> = []
    var started: [String] = []
    for line in calls.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      if fields[0] == "0" { started.append(fields[2]) } else { changed.insert(fields[2]) }
    }
    changedPaths = changed
    startedPrograms = started
  }
}
