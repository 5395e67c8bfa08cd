import Foundation
import Testing

/// The library that lets storage calls go wrong, and a launcher that measures; compiled once from `Shim`.
enum StorageFaults {
  /// What goes wrong; the C file says how.
  enum Kind: String {
    case count, kill, torn, full, broken, interrupt, short, pause
  }

  static let skipReason: Comment = "needs a C compiler named cc on PATH, and Linux's LD_PRELOAD"

  /// `nil` where it cannot be compiled.
  static let library = compile("storage_faults.c", as: "so", ["-shared", "-fPIC"], libraries: ["-ldl"])
  /// Runs a program and tells what it took.
  static let launcher = compile("measured_run.c", as: "program", [])

  private static func compile(
    _ name: String, as suffix: String, _ options: [String], libraries: [String] = []
  ) -> String? {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Shim/\(name)")
    let output = FileManager.default.temporaryDirectory.appending(path: "wgit-\(name)-\(getpid()).\(suffix)")
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = ["cc"] + options + ["-O1", "-o", output.path, source.path] + libraries
    compiler.standardError = FileHandle.nullDevice
    guard (try? compiler.run()) != nil else { return nil }
    compiler.waitUntilExit()
    return compiler.terminationStatus == 0 ? output.path : nil
  }

  static var isAvailable: Bool { library != nil && launcher != nil }

  /// `WGIT_FAULTS=long`: every point instead of a sample.
  static var triesEveryPoint: Bool { ProcessInfo.processInfo.environment["WGIT_FAULTS"] == "long" }

  static let longReason: Comment = "takes minutes: WGIT_FAULTS=long"

  /// Points from 1 to `count`: all of them, or about `limit` spread evenly, the first and the last included.
  static func points(of count: Int, atMost limit: Int) -> [Int] {
    guard count > limit, limit > 1, !triesEveryPoint else { return count < 1 ? [] : Array(1...count) }
    return (0..<limit).map { 1 + $0 * (count - 1) / (limit - 1) }
  }

  static func environment(_ kind: Kind, point: Int = 0, log: String? = nil) -> [String: String] {
    var environment = ["WGIT_FAULT_KIND": kind.rawValue, "WGIT_FAULT_POINT": "\(point)", "LD_PRELOAD": library ?? ""]
    environment["WGIT_FAULT_LOG"] = log
    return environment
  }
}
