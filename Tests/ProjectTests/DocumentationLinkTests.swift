import Foundation
import Testing

/// Links between pages lead somewhere.
struct DocumentationLinkTests {
  @Test func relativeLinksExist() throws {
    let root = ArchitecturePageTests.root
    let link = try Regex("\\]\\(([^)#:]+)\\)", as: (Substring, Substring).self)
    let pages = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "docs").path)
      .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    for page in pages + ["README.md", "CHANGELOG.md", ".wgit-example/README.md"] {
      let url = root.appending(path: page)
      let text = try String(contentsOf: url, encoding: .utf8)
      for match in text.matches(of: link) {
        let target = url.deletingLastPathComponent().appending(path: String(match.output.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page) links to \(match.output.1)")
      }
    }
  }

  @Test func theReadmeNamesTheTwoCommands() throws {
    let readme = try String(contentsOf: ArchitecturePageTests.root.appending(path: "README.md"), encoding: .utf8)
    let makefile = try String(contentsOf: ArchitecturePageTests.root.appending(path: "Makefile"), encoding: .utf8)
    for target in ["example", "test"] {
      #expect(readme.contains("make \(target)"))
      #expect(makefile.contains("\n\(target):"))
    }
  }
}
