import Foundation
import Testing
import Trainer

/// docs/data.md says what is so.
struct DataPageTests {
  private static func page() throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "docs/data.md"), encoding: .utf8)
  }

  @Test func everyExampleIsADescription() throws {
    let blocks = try Self.page().components(separatedBy: "```yaml\n").dropFirst()
    #expect(blocks.count == 3)
    for block in blocks {
      let yaml = try #require(block.components(separatedBy: "```").first)
      _ = try DatasetDescription.parse(yaml, name: "data.md")
    }
  }

  /// Every transform in the tables, as it is written there.
  @Test func everyTransformIsReadAsWritten() throws {
    let page = try Self.page()
    let table = try #require(page.components(separatedBy: "| transform |").last?.components(separatedBy: "\n\n").first)
    for name in DatasetDescription.transformNames {
      let written = try #require(
        table.components(separatedBy: "`\(name): ").dropFirst().first?.components(separatedBy: "`").first,
        "docs/data.md lacks \(name)")
      _ = try DatasetDescription.parse(
        "{name: n, format: idx, images: i, labels: l, classes: 2, transforms: [{\(name): \(written)}]}", name: "data.md"
      )
    }
    for name in DatasetDescription.formatNames { #expect(page.contains("`\(name)`"), "docs/data.md lacks \(name)") }
  }
}
