import Foundation
import Testing

/// What a process that died left in the log of the database may be in the kernel's memory only: an fsync may have failed, and
/// another one would not find it. What is appended to such a log would be lost with it.
@Suite(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
struct LeftLogTests {
  @Test func aLeftLogGoesIntoTheDatabaseFirst() throws {
    let scenario = try Scenario.named(.commit)
    let project = try #require(try killedAfterItsTransaction(scenario))
    let log = project.folder.appending(path: "calls").path
    let output = try project.wgit(
      ["commit", "--allow-empty", "-m", "later"], environment: StorageFaults.environment(.count, log: log))
    #expect(output.status == 0, "\(output.errors)")
    let calls = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: " ", maxSplits: 2)
    }
    let synced = calls.firstIndex { $0[1] == "fdatasync" && $0[2].hasSuffix("/wgit.db") }
    let appended = calls.firstIndex { $0[1].hasPrefix("pwrite") && $0[2].hasSuffix("/wgit.db-wal") }
    #expect(try #require(synced) < #require(appended))
    #expect(try project.wgit("fsck").status == 0)
    #expect(try project.wgit("log", "--oneline").text.split(separator: "\n").count == 4)
  }

  private func killedAfterItsTransaction(_ scenario: Scenario) throws -> Project? {
    for point in (1...scenario.callCount).reversed() {
      let project = try Project(copying: scenario.prepared)
      _ = try project.wgit(scenario.command, environment: StorageFaults.environment(.kill, point: point))
      let log = FileManager.default.contents(atPath: project.root.appending(path: ".wgit/wgit.db-wal").path)
      guard log?.isEmpty == false else { continue }
      if try Scenario.state(of: Project(copying: project)) == scenario.after { return project }
    }
    return nil
  }
}
