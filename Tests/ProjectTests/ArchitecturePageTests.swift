import Foundation
import Testing

/// The page that says where things live is true.
struct ArchitecturePageTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Everything in backticks in the table "Where does X live?" that is a path.
  private func paths() throws -> [String] {
    let text = try String(contentsOf: Self.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    let table = try #require(text.split(separator: "\n## ").first { $0.hasPrefix("Where does X live?") })
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("|") }
    let places = rows.compactMap { $0.split(separator: "|").last }
    return places.flatMap { place in
      place.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }.filter { !$0.contains("<") }
  }

  @Test func everyPathExists() throws {
    let paths = try paths()
    #expect(paths.count > 30)
    for path in paths {
      #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: path).path), "\(path) is not there")
    }
  }

  @Test func everyTargetIsOnThePage() throws {
    let paths = try paths()
    let sources = Self.root.appending(path: "Sources")
    for target in try FileManager.default.contentsOfDirectory(atPath: sources.path).filter({ !$0.hasPrefix("C") }) {
      #expect(paths.contains { $0.hasPrefix("Sources/\(target)") }, "Sources/\(target) is not on the page")
    }
    for target in ["wgit", "WeightStore"] {
      let folder = sources.appending(path: target)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !name.hasSuffix(".swift") {
        let path = "Sources/\(target)/\(name)"
        #expect(paths.contains { $0.hasPrefix(path) }, "\(path) is not on the page")
      }
    }
  }
}
