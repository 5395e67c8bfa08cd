import Foundation
import Testing

/// A repository on a medium that takes no writes.
@Suite(.enabled(if: geteuid() != 0 || Mount.isPossible, "root needs to mount: nothing else is read-only for it"))
struct ReadOnlyTests {
  private static let readers: [[String]] = [
    ["log"], ["log", "--graph", "--all", "--json"], ["status"], ["status", "--json"], ["diff", "main", "shape"],
    ["diff", "--json"], ["show"], ["branch"], ["op", "log"], ["fsck"], ["du"], ["cat-object", "HEAD"],
    ["config", "--list"],
  ]
  private static let writers: [[String]] = [
    ["add", "."], ["commit", "--allow-empty", "-m", "x"], ["branch", "other"], ["switch", "shape"], ["gc"], ["repack"],
    ["undo"], ["merge", "--strategy", "ratatouille", "variant"], ["fsck", "--repair"], ["restore", "data"],
  ]

  @Test func readingWorksAndWritingIsRefused() throws {
    let project = try Project(copying: Scenario.named(.switch).prepared)
    try check(project)
  }

  /// Only the log of the database holds the last transaction: a process was killed, or the power failed.
  @Test(.enabled(if: StorageFaults.isAvailable, StorageFaults.skipReason))
  func transactionsInTheLogAreSeen() throws {
    let scenario = try Scenario.named(.commit)
    let project = try #require(try interrupted(scenario))
    let expected = try Project(copying: project).wgit("log").text
    try withReadOnly(project) { frozen in
      let output = try frozen.wgit("log")
      #expect(output.status == 0 && output.text == expected, "\(output.errors)")
    }
    // Without the index of that log it cannot be read in place; hiding what it holds would be a lie.
    try project.remove(".wgit/wgit.db-shm")
    try withReadOnly(project) { frozen in
      let output = try frozen.wgit("log")
      #expect(output.status == 77 && output.errors.contains("copy the repository"), "\(output.errors)")
    }
  }

  /// Killed when the transaction was done, and before SQLite had moved it into the database.
  private func interrupted(_ scenario: Scenario) throws -> Project? {
    for point in (1...scenario.callCount).reversed() {
      let project = try Project(copying: scenario.prepared)
      _ = try project.wgit(scenario.command, environment: StorageFaults.environment(.kill, point: point))
      let bytes = FileManager.default.contents(atPath: project.root.appending(path: ".wgit/wgit.db-wal").path)
      let hasIndex = FileManager.default.fileExists(atPath: project.root.appending(path: ".wgit/wgit.db-shm").path)
      guard bytes?.isEmpty == false, hasIndex else { continue }
      let copy = try Project(copying: project)
      if try Scenario.state(of: copy) == scenario.after { return project }
    }
    return nil
  }

  private func check(_ project: Project) throws {
    var expected: [[String]: Project.Output] = [:]
    for command in ReadOnlyTests.readers { expected[command] = try Project(copying: project).wgit(command) }
    let before = try content(project)
    try withReadOnly(project) { frozen in
      for command in ReadOnlyTests.readers {
        let log = project.folder.appending(path: "calls-\(UUID().uuidString)").path
        let environment = StorageFaults.isAvailable ? StorageFaults.environment(.count, log: log) : [:]
        let output = try frozen.wgit(command, environment: environment)
        #expect(output.status == expected[command]?.status, "\(command): \(output.errors)")
        #expect(output.text == expected[command]?.text, "\(command)")
        // Not even attempted.
        let calls = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        #expect(calls == "", "\(command)")
      }
      for command in ReadOnlyTests.writers {
        let output = try frozen.wgit(command)
        #expect(output.status == 77, "\(command): \(output.status) \(output.text)\(output.errors)")
      }
    }
    #expect(try content(project) == before)
    Figures.note("read-only: \(ReadOnlyTests.readers.count) reading, \(ReadOnlyTests.writers.count) writing commands")
  }

  private func content(_ project: Project) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: project.root.path) {
      files[path] = FileManager.default.contents(atPath: project.root.appending(path: path).path)
    }
    return files
  }

  /// For root, a read-only bind mount; for others, folders and files without the right to write.
  private func withReadOnly(_ project: Project, _ body: (Project) throws -> Void) throws {
    if geteuid() == 0 {
      let mount = try Mount(readOnly: project.root)
      let link = project.folder.appending(path: "view-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: link, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: link.appending(path: "project"), withDestinationURL: mount.folder)
      try body(Project(at: link))
      withExtendedLifetime(mount) {}
    } else {
      try Mount.run("chmod", "-R", "a-w", project.root.path)
      defer { _ = try? Mount.run("chmod", "-R", "u+w", project.root.path) }
      try body(project)
    }
  }
}
