import Foundation
import Testing

/// Text that a test makes anew and compares with a file of the source tree.
///
/// With `WGIT_UPDATE_SNAPSHOTS=1` in the environment the file is written instead; look at the difference before it is
/// committed.
enum Snapshot {
  static func check(_ actual: String, _ file: URL, sourceLocation: SourceLocation = #_sourceLocation) throws {
    if ProcessInfo.processInfo.environment["WGIT_UPDATE_SNAPSHOTS"] == "1" {
      try Data(actual.utf8).write(to: file)
      return
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard actual != expected else { return }
    let lines = zip(
      actual.split(separator: "\n", omittingEmptySubsequences: false),
      expected.split(separator: "\n", omittingEmptySubsequences: false))
    let number = lines.prefix { $0 == $1 }.count
    let found: (Substring, Substring)? = lines.dropFirst(number).first { _ in true }
    Issue.record(
      """
      \(file.lastPathComponent) differs from line \(number + 1) on
        now:  \(found.map { String($0.0) } ?? "(end)")
        file: \(found.map { String($0.1) } ?? "(end)")
      To refresh it: WGIT_UPDATE_SNAPSHOTS=1 swift test --filter wgitTests
      Now it is:
      \(actual.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(max(0, number - 3)).prefix(40).joined(separator: "\n"))
      """, sourceLocation: sourceLocation)
  }

  /// The top of the source tree.
  static let sourceTree = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
