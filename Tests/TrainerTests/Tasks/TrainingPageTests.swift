import Documents
import Foundation
import Testing
import Trainer

/// docs/training.md lists every key that a task file may have, and no other.
struct TrainingPageTests {
  @Test func everyKeyIsOnThePage() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/training.md"), encoding: .utf8)
    let listed = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      String(line.dropFirst(3).prefix { $0 != "`" })
    }
    do {
      _ = try TrainingTask.parse("task: t\ndata: d.yaml\nsteps: 1\nno-such-key: 1", name: "t.yaml")
      Issue.record("an unknown key was taken")
    } catch let error as DocumentError {
      #expect(error.code == .unknownKey && error.line == 4)
      #expect(Set(listed) == Set(error.knownKeys))
      #expect(listed.count == Set(listed).count)
    }
  }
}
