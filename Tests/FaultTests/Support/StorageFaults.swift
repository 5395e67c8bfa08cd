import Foundation
import Testing

/// The library that lets storage calls go wrong, compiled once from `Shim/storage_faults.c`.
enum StorageFaults {
  /// What goes wrong; the C file says how.
  enum Kind: String {
    case count, kill, torn, full, broken, interrupt, short, pause
  }

  static let skipReason: Comment = "needs a C compiler named cc on PATH, and Linux's LD_PRELOAD"

  /// `nil` where it cannot be compiled.
  static let library: String? = {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Shim/storage_faults.c")
    let output = FileManager.default.temporaryDirectory.appending(path: "storage-faults-\(getpid()).so")
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = ["cc", "-shared", "-fPIC", "-O1", "-o", output.path, source.path, "-ldl"]
    compiler.standardError = FileHandle.nullDevice
    guard (try? compiler.run()) != nil else { return nil }
    compiler.waitUntilExit()
    return compiler.terminationStatus == 0 ? output.path : nil
  }()

  static var isAvailable: Bool { library != nil }

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
